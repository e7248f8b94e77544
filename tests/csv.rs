//! Tables in files: what they hold is read by column name, and what is wrong is named with file, line and column.

use gradus::data::{CsvError, Missing, Table};
use ndarray::{Array2, arr1, array};

fn table(text: &str) -> Table {
    Table::parse(text, ',').unwrap_or_else(|error| panic!("{error}"))
}

/// What is wrong with a text.
fn fault(text: &str) -> String {
    Table::parse(text, ',').expect_err("a fault").to_string()
}

/// The first line of what is said about column `x`.
fn of_x(text: &str) -> String {
    table(text).numbers::<f32>("x").expect_err("a fault").to_string().lines().next().expect("a line").to_owned()
}

#[test]
fn columns_are_read_by_name_in_the_order_asked_for() {
    let table = table("a,b,kind\n1,-2.5,x\n3e2, 4 ,y\n");
    assert_eq!(table.names(), ["a", "b", "kind"]);
    assert_eq!((table.len(), table.is_empty()), (2, false));
    assert_eq!(table.features::<f64>(&["b", "a"]).expect("numbers"), array![[-2.5, 1.0], [4.0, 300.0]]);
    assert_eq!(table.features::<f64>(&[]).expect("no columns"), Array2::<f64>::zeros((2, 0)));
}

#[test]
fn quoted_cells_may_hold_separators_quotes_and_ends_of_lines() {
    let table = table("\"the, name\",x\r\n\"say \"\"hi\"\"\r\ntwice\",1\r\nb,2\r\n");
    assert_eq!(table.names(), ["the, name", "x"]);
    assert_eq!(table.labels("the, name").expect("labels").names, ["b", "say \"hi\"\r\ntwice"]);
}

#[test]
fn classes_are_numbered_in_the_order_of_their_names_and_kept_for_another_file() {
    let kinds = table("kind\ncat\nant\ncat\nbee\n").labels("kind").expect("labels");
    assert_eq!(kinds.labels, [2, 0, 2, 1]);
    assert_eq!(kinds.names, ["ant", "bee", "cat"]);
    assert_eq!(table("kind\ncat\n").labels_like("kind", &kinds.names).expect("known").labels, [2]);
    let said = table("kind\ncat\ndog\n").labels_like("kind", &kinds.names).expect_err("unknown").to_string();
    assert!(said.starts_with("text: line 3, column \"kind\": this is not the name of a class"), "{said}");
    assert!(said.contains("\"ant\", \"bee\", \"cat\"") && said.contains("\"dog\""), "{said}");
}

#[test]
fn a_missing_number_is_refused_or_replaced_as_one_wishes() {
    for missing in ["", " ", "NA", "N/A", "NaN", "nan", "null", "NULL", "?"] {
        let text = format!("x,y\n1,0\n{missing},0\n5,0\n");
        assert_eq!(of_x(&text), "text: line 3, column \"x\": the value is missing");
        let filled = |missing| table(&text).with_missing(missing).numbers::<f32>("x").expect("numbers");
        assert_eq!(filled(Missing::Value(-1.0)), arr1(&[1.0, -1.0, 5.0]));
        assert_eq!(filled(Missing::Mean), arr1(&[1.0, 3.0, 5.0]));
    }
    let nothing = table("x,y\n,1\n").with_missing(Missing::Mean).numbers::<f32>("x");
    assert!(matches!(nothing, Err(CsvError::Missing { line: 2, .. })), "a column without a number has no mean");
    let of_class = table("kind,x\na,1\n,2\n").with_missing(Missing::Mean).labels("kind");
    assert!(matches!(of_class, Err(CsvError::Missing { line: 3, .. })), "{of_class:?}");
}

#[test]
fn what_is_no_finite_number_is_refused() {
    for wrong in ["red", "1e400", "inf", "-infinity", "1 2", "0x10", "\"1,5\"", "1e39"] {
        assert_eq!(of_x(&format!("x,y\n1,0\n{wrong},0\n")), "text: line 3, column \"x\": this is not a number");
    }
    assert!(table("x\n1e39\n").numbers::<f64>("x").is_ok(), "f64 can hold it");
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["", "x,y", "1,2", "", "", "\"3\",\"4", "5\"", "bad,6", ""].join(end);
        assert_eq!(of_x(&text), "text: line 8, column \"x\": this is not a number", "{end:?}");
        assert_eq!(of_x(&format!("\u{feff}{text}")), of_x(&text), "a byte order mark is no part of the header");
    }
}

#[test]
fn faults_of_a_file_name_it_and_say_what_to_try() {
    let told = [
        fault(""),
        fault("a,b\n"),
        fault("a,b,a\n1,2,3\n"),
        fault("a,b\n1,2\n\n1,2,3\n"),
        Table::parse("a\n1\n", '"').expect_err("no separator").to_string(),
        table("a;b\n1;2\n").numbers::<f32>("a").expect_err("no column").to_string(),
        table("a\n\"1,5\"\n").numbers::<f32>("a").expect_err("no number").to_string(),
        table("a\nred\n").numbers::<f32>("a").expect_err("no number").to_string(),
        table("a,b\n1,?\n").numbers::<f32>("b").expect_err("missing").to_string(),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn a_file_is_read_with_any_separator_and_what_is_no_text_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("table.csv");
    let missing = Table::read(&path).expect_err("no file");
    assert!(missing.to_string().contains("table.csv: cannot be read"), "{missing}");
    std::fs::write(&path, "a;b\n1;2\n").expect("written");
    let table = Table::read_separated(&path, ';').expect("a table");
    assert_eq!(table.features::<f32>(&["a", "b"]).expect("numbers"), array![[1.0, 2.0]]);
    std::fs::write(&path, b"a,b\n1,2\nM\xfcller,3\n").expect("written");
    let latin = Table::read(&path).expect_err("Latin-1");
    assert!(matches!(latin, CsvError::NotText { line: 3, .. }), "{latin}");
    assert!(matches!(Table::read(folder.path()), Err(CsvError::Unreadable { .. })));
}
