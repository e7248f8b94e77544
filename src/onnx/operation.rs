//! Which nodes each operation becomes. What ONNX has no operator for is written with those that it has.

use super::messages::Attribute;
use super::write::{Held, Values, Writer};
use crate::formula::{Line, Real};
use crate::lines::{Block, Combine, Compare, Convolve, Each, Element, Module, Operation, Order, Pair, Pool};
use crate::shape::{Axes, Shape};

impl Attribute {
    fn whole(name: &str, x: usize) -> Self {
        Attribute { name: name.to_owned(), i: Some(x as i64), kind: 2, ..Attribute::default() }
    }

    fn list(name: &str, numbers: &[usize]) -> Self {
        let ints = numbers.iter().map(|&x| x as i64).collect();
        Attribute { name: name.to_owned(), ints, kind: 7, ..Attribute::default() }
    }

    fn text(name: &str, text: &str) -> Self {
        Attribute { name: name.to_owned(), s: Some(text.as_bytes().to_vec()), kind: 3, ..Attribute::default() }
    }
}

impl Writer<'_> {
    /// Writes a line, and returns what its value is.
    pub(super) fn operation(&mut self, does: &Operation, value: u32, operands: &[u32], values: &mut Values) -> Held {
        let (shape, name) = (values.shape(value), values.name(value));
        let named = match does {
            Operation::Number(x) => {
                let name = self.single(*x, values.element(value));
                return Held { name, shape: Shape::scalar() };
            }
            Operation::Numbers(numbers) => self.array(numbers, shape, values.element(value), &name),
            Operation::Iota(axis) => {
                let along = Shape::new(&vec![1; shape.rank()]).with_axis(*axis, shape[*axis]);
                let counted: Vec<f64> = (0..shape[*axis]).map(|index| index as f64).collect();
                return Held { name: self.array(&counted, along, values.element(value), &name), shape: along };
            }
            Operation::Each(Each::ExponentialMinusOne) => return self.inlined(exp_m1, operands[0], &name, values),
            Operation::Each(Each::LogPlusOne) => return self.inlined(ln_1p, operands[0], &name, values),
            Operation::Each(function) => {
                let held = values.narrow(operands[0]);
                let name = self.node(each(*function), &[held.name], Vec::new(), &name);
                return Held { name, shape: held.shape };
            }
            Operation::Pair(function) => self.broadcasting(pair(*function), operands, shape, &name, values),
            Operation::Compare(Compare::NotEqual) => {
                let equal = self.broadcasting("Equal", operands, shape, &format!("{name}.equal"), values);
                self.node("Not", &[equal], Vec::new(), &name)
            }
            Operation::Compare(how) => self.broadcasting(compare(*how), operands, shape, &name, values),
            Operation::Select => self.broadcasting("Where", operands, shape, &name, values),
            Operation::Convert => {
                let held = values.narrow(operands[0]);
                let to = Attribute::whole("to", self.kind(values.element(value)) as usize);
                return Held { name: self.node("Cast", &[held.name], vec![to], &name), shape: held.shape };
            }
            Operation::Reshape => {
                let x = self.wide(values, operands[0]);
                self.reshaped(x, &shape, &name)
            }
            Operation::Broadcast(axes) => return self.copies(axes, operands[0], shape, &name, values),
            Operation::Transpose(axes) => {
                let x = self.wide(values, operands[0]);
                self.node("Transpose", &[x], vec![Attribute::list("perm", axes)], &name)
            }
            Operation::Slice(ranges) => {
                let x = self.wide(values, operands[0]);
                self.slice(x, values.shape(operands[0]), ranges, &name)
            }
            Operation::Reverse(axes) => {
                let x = self.wide(values, operands[0]);
                let each = |x: i64| vec![x; axes.len()];
                let (last, before_first) = (self.integers(&each(-1)), self.integers(&each(i64::MIN)));
                let (axes, back) = (self.whole(axes), self.integers(&each(-1)));
                self.node("Slice", &[x, last, before_first, axes, back], Vec::new(), &name)
            }
            Operation::Pad(margins) => {
                let (x, fill) = (self.wide(values, operands[0]), values.narrow(operands[1]).name);
                self.padded(x, fill, values.shape(operands[0]), margins, &name)
            }
            Operation::Concatenate(axis) => {
                let parts: Vec<String> = operands.iter().map(|&part| self.wide(values, part)).collect();
                self.node("Concat", &parts, vec![Attribute::whole("axis", *axis)], &name)
            }
            Operation::Reduce(how, axes) => {
                let x = self.wide(values, operands[0]);
                let along = along(*axes, values.shape(operands[0]));
                let axes = self.whole(&along);
                self.node(combine(*how), &[x, axes], vec![Attribute::whole("keepdims", 0)], &name)
            }
            Operation::Window(how, window) => {
                let x = self.wide(values, operands[0]);
                self.pooled(*how, x, window, &name)
            }
            Operation::Cumulative(axis, from_end) => {
                let (x, axis) = (self.wide(values, operands[0]), self.single(*axis as f64, Element::Index));
                let reverse = Attribute::whole("reverse", usize::from(*from_end));
                self.node("CumSum", &[x, axis], vec![reverse], &name)
            }
            Operation::Dot { batch, over } => {
                let [a, b] = [operands[0], operands[1]].map(|operand| self.wide(values, operand));
                // The axis that is summed over comes last in a, and last but one in b.
                let a = self.summed_at(a, values.shape(operands[0]).rank(), 1, over[0], &format!("{name}.a"));
                let b = self.summed_at(b, batch + 2, 2, over[1], &format!("{name}.b"));
                self.node("MatMul", &[a, b], Vec::new(), &name)
            }
            Operation::Convolve(by) => {
                let [x, w] = [operands[0], operands[1]].map(|operand| self.wide(values, operand));
                self.convolved([x, w], [operands[0], operands[1]].map(|operand| values.shape(operand)), by, &name)
            }
            Operation::GatherRows => {
                let [table, rows] = [operands[0], operands[1]].map(|operand| self.wide(values, operand));
                self.node("GatherND", &[table, rows], Vec::new(), &name)
            }
            Operation::ScatterAddRows => {
                let all: Vec<String> = operands.iter().map(|&operand| self.wide(values, operand)).collect();
                self.node("ScatterND", &all, vec![Attribute::text("reduction", "add")], &name)
            }
            Operation::AllReduce => {
                unreachable!("a step that sums over devices is refused before its lines are written")
            }
            Operation::Call(function) => {
                // Written where it is called: so it needs no functions of a model, which not every reader knows.
                let function = &self.functions[*function];
                let mut inner = Values::of(&function.body, &format!("{name}."));
                for (&argument, &operand) in function.arguments.iter().zip(operands) {
                    inner.held[argument as usize] = Some(values.narrow(operand));
                }
                self.body(&mut inner);
                return inner.narrow(function.result);
            }
        };
        Held { name: named, shape }
    }

    /// A node that broadcasts its inputs. Where they are copies in one direction all together, the first is made whole.
    fn broadcasting(&mut self, op: &str, operands: &[u32], shape: Shape, name: &str, values: &mut Values) -> String {
        let held: Vec<Held> = operands.iter().map(|&operand| values.narrow(operand)).collect();
        let together = held.iter().try_fold(Shape::scalar(), |shape, held| shape.broadcast(held.shape));
        let mut names: Vec<String> = held.into_iter().map(|held| held.name).collect();
        if together != Some(shape) {
            names[0] = self.wide(values, operands[0]);
        }
        self.node(op, &names, Vec::new(), name)
    }

    /// A formula of one number that the language has no operator for.
    fn inlined(&mut self, formula: fn(Line) -> Line, x: u32, name: &str, values: &Values) -> Held {
        let (module, held) = (Module::default(), values.narrow(x));
        let block = Block::new(&module);
        let (argument, result) = {
            let x = block.argument("x".to_owned(), held.shape);
            (x.id(), formula(Line::Value(x)).on(&block, held.shape).id())
        };
        let body = block.into_body();
        let mut inner = Values::of(&body, &format!("{name}."));
        inner.held[argument as usize] = Some(held);
        self.body(&mut inner);
        inner.narrow(result)
    }

    fn copies(&mut self, axes: &[usize], operand: u32, shape: Shape, name: &str, values: &mut Values) -> Held {
        let (held, first) = (values.narrow(operand), shape.rank() - axes.len());
        if axes.iter().enumerate().all(|(place, &axis)| axis == first + place) {
            return held;
        }
        let own = values.shape(operand);
        let spread = axes.iter().enumerate();
        let spread =
            spread.fold(Shape::new(&vec![1; shape.rank()]), |all, (place, &axis)| all.with_axis(axis, own[place]));
        let x = self.wide(values, operand);
        Held { name: self.reshaped(x, &spread, &format!("{name}.axes")), shape: spread }
    }

    fn reshaped(&mut self, x: String, lengths: &[usize], name: &str) -> String {
        let lengths = self.whole(lengths);
        // A length of 0 means 0, and not "as before".
        self.node("Reshape", &[x, lengths], vec![Attribute::whole("allowzero", 1)], name)
    }

    fn slice(&mut self, x: String, shape: Shape, ranges: &[[usize; 3]], name: &str) -> String {
        let is_part = |&axis: &usize| ranges[axis] != [0, shape[axis], 1];
        let axes: Vec<usize> = (0..ranges.len()).filter(is_part).collect();
        let one = |place: usize| axes.iter().map(|&axis| ranges[axis][place]).collect::<Vec<_>>();
        let [from, to, step] = [0, 1, 2].map(one);
        let inputs = [x, self.whole(&from), self.whole(&to), self.whole(&axes), self.whole(&step)];
        self.node("Slice", &inputs, Vec::new(), name)
    }

    /// Places between the elements are margins behind each, in an array in which each has an axis of its own.
    fn padded(&mut self, mut x: String, fill: String, shape: Shape, margins: &[[isize; 3]], name: &str) -> String {
        let mut around: Vec<[isize; 2]> = margins.iter().map(|&[before, after, _]| [before, after]).collect();
        let mut lengths = shape.to_vec();
        for (axis, &[_, _, between]) in margins.iter().enumerate().filter(|(_, [_, _, between])| *between > 0) {
            let inner: usize = lengths[axis + 1..].iter().product();
            let outer: usize = lengths[..=axis].iter().product();
            let apart = self.reshaped(x, &[outer, 1, inner], &format!("{name}.apart.{axis}"));
            let pads = self.integers(&[0, 0, 0, 0, between as i64, 0]);
            let wide = self.node("Pad", &[apart, pads, fill.clone()], Vec::new(), &format!("{name}.between.{axis}"));
            lengths[axis] *= 1 + between as usize;
            x = self.reshaped(wide, &lengths, &format!("{name}.spread.{axis}"));
            // Nothing comes between the last element and its margin.
            if shape[axis] > 0 {
                around[axis][1] -= between;
            }
        }
        let pads: Vec<i64> = [0, 1].iter().flat_map(|&end| around.iter().map(move |axis| axis[end] as i64)).collect();
        let pads = self.integers(&pads);
        self.node("Pad", &[x, pads, fill], Vec::new(), name)
    }

    fn pooled(&mut self, how: Pool, x: String, window: &[[usize; 5]; 4], name: &str) -> String {
        let one = |place: usize| [window[2][place], window[3][place]];
        let ([before, after], area) = ([one(3), one(4)], window[2][0] * window[3][0]);
        let mut attributes = vec![
            Attribute::list("kernel_shape", &one(0)),
            Attribute::list("strides", &one(1)),
            Attribute::list("dilations", &one(2)),
            Attribute::list("pads", &[before, after].concat()),
        ];
        match how {
            Pool::Largest => self.node("MaxPool", &[x], attributes, name),
            Pool::Sum => {
                attributes.push(Attribute::whole("count_include_pad", 1));
                let mean = self.node("AveragePool", &[x], attributes, &format!("{name}.mean"));
                let area = self.single(area as f64, Element::Number);
                self.node("Mul", &[mean, area], Vec::new(), name)
            }
        }
    }

    /// With one axis in another place, counted from behind.
    fn summed_at(&mut self, x: String, rank: usize, back: usize, over: usize, name: &str) -> String {
        if over == rank - back {
            return x;
        }
        let mut axes: Vec<usize> = (0..rank).filter(|&axis| axis != over).collect();
        axes.insert(rank - back, over);
        self.node("Transpose", &[x], vec![Attribute::list("perm", &axes)], name)
    }

    /// ONNX's convolution has images and filters in the usual order, no gaps between pixels of images, and no groups of images: what differs is brought
    /// into this form.
    fn convolved(&mut self, [x, w]: [String; 2], [of_x, of_w]: [Shape; 2], by: &Convolve, name: &str) -> String {
        let exchanged = |writer: &mut Self, x: String, what: &str| {
            writer.node("Transpose", &[x], vec![Attribute::list("perm", &[1, 0, 2, 3])], &format!("{name}.{what}"))
        };
        let is = |order: Order| by.order == order;
        let (mut x, mut images) = (x, of_x.to_vec());
        if is(Order::All) {
            x = exchanged(self, x, "images");
            images.swap(0, 1);
        }
        let w = if is(Order::Usual) { w } else { exchanged(self, w, "filters") };
        let mut pad = by.pad;
        if by.dilation[0] != [1, 1] || pad.iter().flatten().any(|&margin| margin < 0) {
            let [height, width] = [0, 1].map(|axis| [pad[axis][0], pad[axis][1], by.dilation[0][axis] as isize - 1]);
            let zero = self.single(0.0, Element::Number);
            x = self.padded(x, zero, Shape::new(&images), &[[0; 3], [0; 3], height, width], &format!("{name}.padded"));
            for (axis, [before, after, between]) in [height, width].into_iter().enumerate() {
                let length = images[axis + 2] as isize;
                images[axis + 2] = (length + before + after + between * (length - 1)) as usize;
            }
            pad = [[0, 0]; 2];
        }
        let [by_batch, by_feature] = by.groups;
        if by_batch > 1 {
            // Each group of images becomes a group of channels.
            let [count, channels, height, width] = [0, 1, 2, 3].map(|axis| images[axis]);
            let apart = [by_batch, count / by_batch, channels, height, width];
            let apart = self.reshaped(x, &apart, &format!("{name}.apart"));
            let perm = Attribute::list("perm", &[1, 0, 2, 3, 4]);
            let turned = self.node("Transpose", &[apart], vec![perm], &format!("{name}.turned"));
            let together = [count / by_batch, by_batch * channels, height, width];
            x = self.reshaped(turned, &together, &format!("{name}.channels"));
        }
        let filter = [2, 3].map(|axis| of_w[axis]);
        let attributes = vec![
            Attribute::list("kernel_shape", &filter),
            Attribute::list("strides", &by.stride),
            Attribute::list("dilations", &by.dilation[1]),
            Attribute::list("pads", &[0, 1].map(|end| [0, 1].map(|axis| pad[axis][end] as usize)).concat()),
            Attribute::whole("group", by_batch * by_feature),
        ];
        if is(Order::All) {
            let y = self.node("Conv", &[x, w], attributes, &format!("{name}.weights"));
            exchanged(self, y, "result")
        } else {
            self.node("Conv", &[x, w], attributes, name)
        }
    }
}

fn along(axes: Axes, shape: Shape) -> Vec<usize> {
    (0..shape.rank()).filter(|&axis| axes.contains(axis)).collect()
}

/// eˣ - 1. Near 0 it is 2t / (1 - t), t the tanh of x/2, which loses no digits.
fn exp_m1(x: Line) -> Line {
    let (one, half_way) = (Line::one(), (x * Line::number(0.5)).tanh());
    let near = Line::number(2.0) * half_way / (one - half_way);
    (one - x.abs()).where_positive(near, x.exp() - one)
}

/// ln(1 + x). What 1 + x loses near 0 is made up for: x over what is left of it (W. Kahan).
fn ln_1p(x: Line) -> Line {
    let one = Line::one();
    let sum = one + x;
    let (log, left) = (sum.ln(), sum - one);
    let near = left.abs().where_positive(log * (x / left), x);
    (Line::number(0.5) - x.abs()).where_positive(near, log)
}

fn each(function: Each) -> &'static str {
    match function {
        Each::Abs => "Abs",
        Each::Negate => "Neg",
        Each::Sign => "Sign",
        Each::Sqrt => "Sqrt",
        Each::Exponential | Each::ExponentialMinusOne => "Exp",
        Each::Log | Each::LogPlusOne => "Log",
        Each::Sine => "Sin",
        Each::Cosine => "Cos",
        Each::Tanh => "Tanh",
        Each::Logistic => "Sigmoid",
    }
}

fn pair(function: Pair) -> &'static str {
    match function {
        Pair::Add => "Add",
        Pair::Subtract => "Sub",
        Pair::Multiply => "Mul",
        Pair::Divide => "Div",
        Pair::Power => "Pow",
        Pair::Maximum => "Max",
        Pair::Minimum => "Min",
        Pair::And => "And",
        Pair::Or => "Or",
    }
}

fn compare(how: Compare) -> &'static str {
    match how {
        Compare::Equal | Compare::NotEqual => "Equal",
        Compare::Greater => "Greater",
        Compare::Less => "Less",
    }
}

fn combine(how: Combine) -> &'static str {
    match how {
        Combine::Add => "ReduceSum",
        Combine::Multiply => "ReduceProd",
        Combine::Maximum => "ReduceMax",
        Combine::Minimum => "ReduceMin",
    }
}
