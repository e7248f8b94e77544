// The operating system of a program that was compiled for WASI (preview 1), as far as the course needs one: arguments, clocks, random bytes, standard
// streams and files, which are in memory. The one idea to know: a program's calls are answered at once, so everything must be fetched before
// it starts. `Needed` ends a program that looks for a folder that is not there yet; it is started again when the folder is there.

const errno = { success: 0, badf: 8, exist: 20, inval: 28, isdir: 31, noent: 44, nosys: 52, notdir: 54, notempty: 55 };
const kind = { device: 2, folder: 3, file: 4 };
const flag = { create: 1, folder: 2, exclusive: 4, truncate: 8, append: 1 };

/** The program called `proc_exit`. */
class Exited extends Error {
  constructor(status) {
    super(`exit status ${status}`);
    this.status = status;
  }
}

/** The program looked for what is in this folder, which comes when it is asked for. */
class Needed extends Error {
  constructor(folder) {
    super(`${folder} is needed`);
    this.folder = folder;
  }
}

/** Files by their paths, such as "out/ch10/plane.svg"; "" is the root. A folder is `null`. */
class Files {
  #entries = new Map([["", null]]);
  #later;

  /** `later` are folders that are loaded when the program asks for them. */
  constructor(later = []) {
    this.#later = new Set(later);
  }

  /** Adds a file, and the folders that it is in. */
  add(path, bytes) {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) this.#entries.set(parts.slice(0, depth).join("/"), null);
    this.#entries.set(path, { bytes, length: bytes.length });
  }

  /** The file; `null` for a folder; `undefined` if there is none. */
  at(path) {
    for (const folder of this.#later) {
      if ((path === folder || path.startsWith(`${folder}/`)) && !this.#entries.has(folder)) throw new Needed(folder);
    }
    return this.#entries.get(path);
  }

  make(path, entry) {
    this.#entries.set(path, entry);
  }

  remove(path) {
    this.#entries.delete(path);
  }

  /** The names of what is in a folder. */
  names(folder) {
    const prefix = folder === "" ? "" : `${folder}/`;
    const inside = [...this.#entries.keys()].filter((path) => path !== "" && path.startsWith(prefix));
    return inside.map((path) => path.slice(prefix.length)).filter((name) => name !== "" && !name.includes("/"));
  }
}

const contents = (file) => file.bytes.subarray(0, file.length);

function write(file, place, bytes) {
  const end = place + bytes.length;
  if (end > file.bytes.length) {
    const grown = new Uint8Array(Math.max(end, 2 * file.bytes.length));
    grown.set(contents(file));
    file.bytes = grown;
  }
  file.bytes.set(bytes, place);
  file.length = Math.max(file.length, end);
}

/** Runs a compiled program to its end and returns its exit status. `say(stream, bytes)` gets what it writes to standard output (1) and standard error (2);
    `wrote(path, bytes)` gets each file under its final name. `lines` are typed in advance: while one is left, standard input is a terminal. */
function runProgram(module, { args = [], env = {}, files = new Files(), lines = [], say, wrote = () => {} }) {
  let memory;
  const bytes = (place, length) => new Uint8Array(memory.buffer, place, length);
  const view = () => new DataView(memory.buffer);
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  const put32 = (place, value) => view().setUint32(place, value, true);
  const put64 = (place, value) => view().setBigUint64(place, BigInt(value), true);
  /** The pieces of memory that a list of (place, length) names. */
  const pieces = (list, count) =>
    Array.from({ length: count }, (_, i) => bytes(view().getUint32(list + 8 * i, true), view().getUint32(list + 8 * i + 4, true)));

  const waiting = lines.map((line) => encoder.encode(`${line}\n`));
  const open = new Map([[0, { stream: 0 }], [1, { stream: 1 }], [2, { stream: 2 }], [3, { path: "" }]]);

  /** A path below an open folder, without dots and slashes at its ends. */
  const pathAt = (fd, place, length) => {
    const parts = [...open.get(fd).path.split("/"), ...decoder.decode(bytes(place, length)).split("/")];
    const path = [];
    for (const part of parts) {
      if (part === "..") path.pop();
      else if (part !== "" && part !== ".") path.push(part);
    }
    return path.join("/");
  };
  const parent = (path) => path.split("/").slice(0, -1).join("/");
  const strings = (list) => ({
    sizes: (count, size) => {
      put32(count, list.length);
      put32(size, list.reduce((sum, text) => sum + encoder.encode(text).length + 1, 0));
      return errno.success;
    },
    get: (places, buffer) => {
      for (const text of list) {
        put32(places, buffer);
        const encoded = encoder.encode(`${text}\0`);
        bytes(buffer, encoded.length).set(encoded);
        [places, buffer] = [places + 4, buffer + encoded.length];
      }
      return errno.success;
    },
  });
  const filestat = (place, entry) => {
    bytes(place, 64).fill(0);
    view().setUint8(place + 16, entry === null ? kind.folder : entry === "stream" ? kind.device : kind.file);
    put64(place + 24, 1);
    put64(place + 32, entry?.length ?? 0);
    return errno.success;
  };
  const now = (clock) => BigInt(Math.round((clock === 0 ? Date.now() : performance.now()) * 1e6));
  const parameters = strings(args);
  const variables = strings(Object.entries(env).map(([name, value]) => `${name}=${value}`));

  const calls = {
    args_sizes_get: parameters.sizes,
    args_get: parameters.get,
    environ_sizes_get: variables.sizes,
    environ_get: variables.get,
    clock_time_get: (clock, _precision, place) => {
      put64(place, now(clock));
      return errno.success;
    },
    random_get: (place, length) => {
      // At most 65,536 bytes at once.
      for (let done = 0; done < length; done += 65536) crypto.getRandomValues(bytes(place + done, Math.min(65536, length - done)));
      return errno.success;
    },
    proc_exit: (status) => {
      throw new Exited(status);
    },
    sched_yield: () => errno.success,

    fd_write: (fd, list, count, place) => {
      const file = open.get(fd);
      if (file === undefined || file.path === "") return errno.badf;
      let sum = 0;
      for (const piece of pieces(list, count)) {
        if (file.stream !== undefined) say(file.stream, piece.slice());
        else {
          if (file.appends) file.place = file.entry.length;
          write(file.entry, file.place, piece);
          file.place += piece.length;
        }
        sum += piece.length;
      }
      put32(place, sum);
      return errno.success;
    },
    fd_read: (fd, list, count, place) => {
      const file = open.get(fd);
      if (file === undefined) return errno.badf;
      let sum = 0;
      for (const piece of pieces(list, count)) {
        const from = file.stream === 0 ? (waiting[0] ?? new Uint8Array()) : contents(file.entry).subarray(file.place);
        const taken = from.subarray(0, piece.length);
        piece.set(taken);
        sum += taken.length;
        if (file.stream === 0) {
          // As a terminal shows what is typed.
          say(1, taken.slice());
          if (taken.length < from.length) waiting[0] = from.subarray(taken.length);
          else waiting.shift();
          break;
        }
        file.place += taken.length;
      }
      put32(place, sum);
      return errno.success;
    },
    fd_seek: (fd, offset, whence, place) => {
      const file = open.get(fd);
      if (file?.entry == null) return errno.badf;
      const from = [0, file.place, file.entry.length][whence];
      file.place = from + Number(offset);
      put64(place, file.place);
      return errno.success;
    },
    fd_tell: (fd, place) => {
      put64(place, open.get(fd).place ?? 0);
      return errno.success;
    },
    fd_close: (fd) => {
      const file = open.get(fd);
      if (file === undefined) return errno.badf;
      open.delete(fd);
      if (file.writes) noteWritten(file.path, file.entry);
      return errno.success;
    },
    fd_sync: () => errno.success,
    fd_fdstat_get: (fd, place) => {
      const file = open.get(fd);
      if (file === undefined) return errno.badf;
      const isTerminal = file.stream === 0 ? waiting.length > 0 : file.stream !== undefined;
      bytes(place, 24).fill(0);
      view().setUint8(place, isTerminal ? kind.device : file.entry === null || file.path === "" ? kind.folder : kind.file);
      // A device that can seek is not taken for a terminal.
      put64(place + 8, isTerminal ? 0x1fffffdbn : 0x1fffffffn);
      put64(place + 16, 0x1fffffffn);
      return errno.success;
    },
    fd_fdstat_set_flags: () => errno.success,
    fd_filestat_get: (fd, place) => {
      const file = open.get(fd);
      if (file === undefined) return errno.badf;
      return filestat(place, file.stream !== undefined ? "stream" : file.entry ?? null);
    },
    fd_filestat_set_size: (fd, size) => {
      const { entry } = open.get(fd);
      if (Number(size) > entry.length) write(entry, Number(size), new Uint8Array());
      entry.length = Number(size);
      return errno.success;
    },
    fd_prestat_get: (fd, place) => {
      if (fd !== 3) return errno.badf;
      put32(place, 0);
      put32(place + 4, 1);
      return errno.success;
    },
    fd_prestat_dir_name: (_fd, place) => {
      bytes(place, 1)[0] = "/".charCodeAt(0);
      return errno.success;
    },
    fd_readdir: (fd, buffer, length, cookie, place) => {
      const { path } = open.get(fd);
      let used = 0;
      for (const [i, name] of files.names(path).entries()) {
        if (i < Number(cookie)) continue;
        const encoded = encoder.encode(name);
        const entry = new Uint8Array(24 + encoded.length);
        const head = new DataView(entry.buffer);
        head.setBigUint64(0, BigInt(i + 1), true);
        head.setUint32(16, encoded.length, true);
        head.setUint8(20, files.at(path === "" ? name : `${path}/${name}`) === null ? kind.folder : kind.file);
        entry.set(encoded, 24);
        const fits = entry.subarray(0, length - used);
        bytes(buffer + used, fits.length).set(fits);
        used += fits.length;
        if (fits.length < entry.length) break;
      }
      put32(place, used);
      return errno.success;
    },
    path_open: (fd, _lookup, name, length, how, rights, _inheriting, flags, place) => {
      const path = pathAt(fd, name, length);
      let entry = files.at(path);
      if (entry !== undefined && how & flag.create && how & flag.exclusive) return errno.exist;
      if (entry && how & flag.folder) return errno.notdir;
      const writes = (BigInt(rights) & 64n) !== 0n;
      if (entry === null && writes) return errno.isdir;
      if (entry === undefined) {
        if (!(how & flag.create) || files.at(parent(path)) !== null) return errno.noent;
        entry = { bytes: new Uint8Array(), length: 0 };
        files.make(path, entry);
      } else if (entry && how & flag.truncate) entry.length = 0;
      const fresh = Math.max(...open.keys()) + 1;
      open.set(fresh, { path, entry, place: 0, writes, appends: (flags & flag.append) !== 0 });
      put32(place, fresh);
      return errno.success;
    },
    path_create_directory: (fd, name, length) => {
      const path = pathAt(fd, name, length);
      if (files.at(path) !== undefined) return errno.exist;
      if (files.at(parent(path)) !== null) return errno.noent;
      files.make(path, null);
      return errno.success;
    },
    path_filestat_get: (fd, _flags, name, length, place) => {
      const entry = files.at(pathAt(fd, name, length));
      return entry === undefined ? errno.noent : filestat(place, entry);
    },
    path_readlink: (fd, name, length) => (files.at(pathAt(fd, name, length)) === undefined ? errno.noent : errno.inval),
    path_rename: (fd, name, length, newFd, newName, newLength) => {
      const [from, to] = [pathAt(fd, name, length), pathAt(newFd, newName, newLength)];
      const entry = files.at(from);
      if (!entry) return entry === null ? errno.isdir : errno.noent;
      files.remove(from);
      files.make(to, entry);
      noteWritten(to, entry);
      return errno.success;
    },
    path_unlink_file: (fd, name, length) => {
      const path = pathAt(fd, name, length);
      if (!files.at(path)) return files.at(path) === null ? errno.isdir : errno.noent;
      files.remove(path);
      return errno.success;
    },
    path_remove_directory: (fd, name, length) => {
      const path = pathAt(fd, name, length);
      if (files.at(path) !== null) return files.at(path) === undefined ? errno.noent : errno.notdir;
      if (files.names(path).length > 0) return errno.notempty;
      files.remove(path);
      return errno.success;
    },
    /** Sleeping: the one thing that waits is a clock. */
    poll_oneoff: (subscriptions, events, _count, place) => {
      const until = performance.now() + Number(view().getBigUint64(subscriptions + 24, true)) / 1e6;
      while (performance.now() < until);
      bytes(events, 32).fill(0);
      put32(place, 1);
      return errno.success;
    },
  };

  /** Tells of a file, unless its name begins with a dot: such a one is on its way to another name. */
  function noteWritten(path, entry) {
    if (path.split("/").pop().startsWith(".") || files.at(path) !== entry) return;
    wrote(path, contents(entry).slice());
  }

  const imports = {};
  for (const { name } of WebAssembly.Module.imports(module)) imports[name] = calls[name] ?? (() => errno.nosys);
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports });
  memory = instance.exports.memory;
  try {
    instance.exports._start();
    return 0;
  } catch (error) {
    if (error instanceof Exited) return error.status;
    throw error;
  }
}
