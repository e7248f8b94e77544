//! A file is replaced as a whole or not at all.

use super::net;
use gradus::io::{IoError, load_safetensors, save_npz, save_safetensors};
use std::fs;
use std::path::Path;

fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_new_file_takes_the_place_of_the_old_one_and_leaves_nothing_beside_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.safetensors");
    for seed in 1..4 {
        save_safetensors(&path, &net(seed)).expect("written");
        load_safetensors(&path, &net(9)).expect("read");
        assert_eq!(entries(folder.path()), ["net.safetensors"]);
    }
}

#[test]
fn where_a_folder_is_or_no_folder_is_nothing_is_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = folder.path().join("taken");
    fs::create_dir(&taken).expect("a folder");
    fs::write(taken.join("kept"), "kept").expect("a file");
    for path in [taken.clone(), folder.path().join("no/such/folder/net"), taken.join("kept/net"), "".into(), "/".into()]
    {
        for save in [save_safetensors::<f32>(&path, &net(1)), save_npz::<f32>(&path, &net(1))] {
            assert!(matches!(save, Err(IoError::Unwritable { .. })), "{path:?}: {save:?}");
        }
    }
    assert_eq!((entries(folder.path()), entries(&taken)), (vec!["taken".to_owned()], vec!["kept".to_owned()]));
    let error = save_safetensors(&taken, &net(1)).unwrap_err().to_string();
    insta::assert_snapshot!(error.replace(&folder.path().display().to_string(), "models"));
}

#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_to_keeps_the_old_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.safetensors");
    save_safetensors(&path, &net(1)).expect("written");
    let before = fs::read(&path).expect("read");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).expect("permissions");
    let outcome = save_safetensors(&path, &net(2));
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("permissions");
    if outcome.is_ok() {
        // Permissions do not bind the superuser, but nobody can make a file in this folder.
        let outcome = save_safetensors("/proc/net.safetensors", &net(2));
        assert!(matches!(outcome, Err(IoError::Unwritable { .. })), "{outcome:?}");
        return;
    }
    assert!(matches!(outcome, Err(IoError::Unwritable { .. })), "{outcome:?}");
    assert_eq!(fs::read(&path).expect("read"), before);
    assert_eq!(entries(folder.path()), ["net.safetensors"]);
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_permissions_stay_as_they_were() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let (path, link) = (folder.path().join("net.safetensors"), folder.path().join("latest"));
    save_safetensors(&path, &net(1)).expect("written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("permissions");
    std::os::unix::fs::symlink("net.safetensors", &link).expect("a link");
    let before = fs::read(&path).expect("read");
    save_safetensors(&link, &net(2)).expect("written");
    assert!(link.symlink_metadata().expect("a link").is_symlink());
    assert_ne!(fs::read(&path).expect("read"), before);
    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o640);
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_that_is_full_is_said_so() {
    let outcome = save_safetensors("/dev/full", &net(1));
    assert!(matches!(outcome, Err(IoError::Unwritable { .. })), "{outcome:?}");
}

/// A disk that is full is imitated by a limit on the size of a file, which this program is started again under.
#[cfg(target_os = "linux")]
#[test]
fn on_a_full_disk_the_old_file_stays() {
    const NAME: &str = "io::writing::on_a_full_disk_the_old_file_stays";
    const FOLDER: &str = "GRADUS_TEST_FOLDER";
    if let Some(folder) = std::env::var_os(FOLDER) {
        let path = Path::new(&folder).join("net.safetensors");
        let large = gradus::prelude::Param::new("w", ndarray::Array1::<f32>::zeros(100_000));
        let outcome = save_safetensors(path, &vec![large]);
        assert!(matches!(outcome, Err(IoError::Unwritable { bytes: 400_000.., .. })), "{outcome:?}");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("net.safetensors");
    save_safetensors(&path, &net(1)).expect("written");
    let before = fs::read(&path).expect("read");
    let mut again = std::process::Command::new("sh");
    again.args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" --exact \"$1\""]);
    again.arg(std::env::current_exe().expect("this program")).arg(NAME).env(FOLDER, folder.path());
    let said = again.output().expect("it runs");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    assert!(String::from_utf8_lossy(&said.stdout).contains("1 passed"), "the test was run again");
    assert_eq!(fs::read(&path).expect("read"), before);
    assert_eq!(entries(folder.path()), ["net.safetensors"]);
}
