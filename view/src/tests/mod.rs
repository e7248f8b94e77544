//! The screens that a reader sees: the tests press keys and keep the screens as snapshots, to be read before they are accepted.

// Its lines stand in the snapshots: they stay where they are.
#[rustfmt::skip]
mod program;

use crate::action::Action;
use crate::language::{Catalog, is_english};
use crate::screen;
use crate::session::{Session, Then};
use crate::stepper::Stepper;
use crate::terminal::Left;
use gradus::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::collections::BTreeSet;

fn session(tape: &Tape<f64>) -> Session<'_> {
    Stepper::of(tape).title("a test").ascii(false).session()
}

/// Presses keys: `enter`, `esc` and so on by name, anything else letter by letter.
fn press(session: &mut Session, keys: &str) {
    for word in keys.split_whitespace() {
        let named = match word {
            "enter" => Some(KeyCode::Enter),
            "esc" => Some(KeyCode::Esc),
            "right" => Some(KeyCode::Right),
            "left" => Some(KeyCode::Left),
            "up" => Some(KeyCode::Up),
            "down" => Some(KeyCode::Down),
            "home" => Some(KeyCode::Home),
            "end" => Some(KeyCode::End),
            "pgdn" => Some(KeyCode::PageDown),
            _ => None,
        };
        let codes = named.map_or_else(|| word.chars().map(KeyCode::Char).collect(), |code| vec![code]);
        for code in codes {
            let key = KeyEvent::new(code, KeyModifiers::NONE);
            if let Some(action) = Action::of(key, session.is_prompting()) {
                session.apply(action);
            }
        }
    }
}

fn screen(session: &mut Session, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a test backend cannot fail");
    terminal.draw(|frame| screen::draw(session, frame.area(), frame.buffer_mut())).expect("a test backend cannot fail");
    terminal.backend().to_string()
}

/// Presses keys, and keeps the screen as it is then in both sizes.
fn keep(name: &str, tape: &Tape<f64>, keys: &str) {
    let mut session = session(tape);
    press(&mut session, keys);
    for (width, height) in [(80, 24), (160, 50)] {
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), screen(&mut session, width, height));
    }
}

fn narrow(name: &str, tape: &Tape<f64>, keys: &str, width: u16, height: u16) {
    let mut session = session(tape);
    press(&mut session, keys);
    insta::assert_snapshot!(format!("{name}_{width}x{height}"), screen(&mut session, width, height));
}

#[test]
fn forward_each_node_gets_its_value() {
    keep("forward", &program::two_rows(), "n n n n n n n n n n n");
}

#[test]
fn backward_contributions_arrive_one_by_one_and_add_up_where_a_value_fans_out() {
    let tape = program::two_rows();
    keep("fan_out", &tape, "f");
    keep("before_the_fan_out", &tape, "f p");
}

#[test]
fn an_update_shows_the_parameter_before_and_after() {
    keep("update", &program::two_rows(), "end");
}

#[test]
fn the_inspector_fills_the_screen_and_shows_what_a_check_found() {
    keep("inspector_and_check", &program::two_rows(), "f c i");
}

#[test]
fn the_help_lists_every_key() {
    keep("help", &program::two_rows(), "?");
}

#[test]
fn a_large_array_is_a_heat_map_in_which_nan_and_infinity_are_marked() {
    keep("heat_map", &program::heat(), "n n");
}

#[test]
fn scopes_fold_and_nodes_are_watched() {
    keep("folded_and_watched", &program::two_rows(), "/layer2/W enter w O f");
}

/// What a screen says: its text outside of the source, in the panes of each row.
fn said(session: &mut Session, width: u16, height: u16) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a test backend cannot fail");
    terminal.draw(|frame| screen::draw(session, frame.area(), frame.buffer_mut())).expect("a test backend cannot fail");
    let cells = terminal.backend().buffer().content().chunks(usize::from(width));
    let rows = cells.map(|row| row.iter().map(|cell| cell.symbol()).collect::<String>());
    let is_source = |pane: &str| pane.trim_start_matches(['▶', ' ']).starts_with(|c: char| c.is_ascii_digit());
    let panes = rows.flat_map(|row| row.split('│').map(str::to_owned).collect::<Vec<_>>());
    panes.filter(|pane| !is_source(pane)).collect()
}

#[test]
fn in_chinese_no_step_says_anything_in_english() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../tutorials/frame/language/zh_CN.po");
    let translations = std::fs::read_to_string(file).expect("the translations");
    let chinese: &'static Catalog = Box::leak(Box::new(Catalog::read(&translations).expect("translations")));
    let mut english = BTreeSet::new();
    for tape in [program::two_rows(), program::heat(), program::twice(), program::names(), program::first_nan()] {
        let mut session = Stepper::of(&tape).title("a test").ascii(false).language(chinese).session();
        let steps = session.trace.events.len();
        for keys in ["g", "esc c i", "i / x esc o w v"].into_iter().chain(std::iter::repeat_n("n", steps)) {
            press(&mut session, keys);
            english.extend(said(&mut session, 160, 50).into_iter().filter(|pane| is_english(pane)));
        }
    }
    assert!(english.is_empty(), "{english:#?}");
    let tape = program::two_rows();
    let mut session = Stepper::of(&tape).title("a test").ascii(false).language(chinese).session();
    press(&mut session, "f");
    insta::assert_snapshot!("chinese_80x24", screen(&mut session, 80, 24));
}

#[test]
fn the_graph_fills_the_screen() {
    keep("graph", &program::two_rows(), "f v");
}

#[test]
fn a_second_pass_goes_back_through_the_gradients_of_the_first() {
    keep("second_pass", &program::twice(), "end");
}

#[test]
fn on_a_small_screen_there_is_the_story() {
    narrow("story_only", &program::two_rows(), "f", 50, 12);
    narrow("smallest", &program::two_rows(), "f", 60, 16);
    narrow("wide_and_low", &program::two_rows(), "f", 130, 18);
}

#[test]
fn without_unicode_everything_is_still_told() {
    let tape = program::two_rows();
    narrow("ascii", &tape, "a f", 80, 24);
    let mut session = session(&tape);
    press(&mut session, "a end c");
    for _ in 0..session.trace.events.len() {
        let screen = screen(&mut session, 120, 40);
        assert!(screen.is_ascii(), "{screen}");
        press(&mut session, "p");
    }
}

#[test]
fn a_name_cannot_move_the_cursor_or_break_a_line() {
    let tape = Tape::new();
    let _scope = tape.scope("\u{1b}[31m<script>");
    let x = tape.var(1.0).named("x\n\"quoted\"\u{1b}[2J\u{7}\t<script>alert(1)</script>");
    (x * x).named("\r\n").backward();
    let mut session = session(&tape);
    for keys in ["f", "w", "i", "v", "O", "/script enter", "n"] {
        press(&mut session, keys);
        let screen = screen(&mut session, 100, 30);
        assert!(!screen.replace('\n', "").contains(char::is_control), "{screen:?}");
    }
    assert!(Stepper::of(&tape).narration().iter().all(|line| !line.contains(char::is_control)));
}

#[test]
fn no_size_of_the_screen_and_no_step_of_a_program_makes_it_panic() {
    for tape in [program::two_rows(), program::heat(), program::twice(), Tape::new()] {
        let mut session = session(&tape);
        for (width, height) in [(1, 1), (3, 2), (20, 5), (59, 40), (61, 16), (80, 24), (200, 17)] {
            press(&mut session, "home");
            for keys in ["n", "c", "i", "i", "v", "v", "s", "s", "?", "esc", "O", "f", "w", "down", "up", "t", "]", "a"]
            {
                press(&mut session, keys);
                screen(&mut session, width, height);
            }
        }
    }
}

#[test]
fn names_in_any_script_are_shown_whole_or_cut_with_a_mark() {
    keep("names", &program::names(), "f");
    let tape = program::names();
    let mut session = session(&tape);
    press(&mut session, "v");
    let shown = screen(&mut session, 160, 50);
    for name in ["第一層の重みとバイアス", "入力", "👩‍👩‍👧 family", "e\u{301}te\u{301}", "隠れ層の出", "a_name_that_is"]
    {
        assert!(shown.contains(name), "{name} in\n{shown}");
    }
    press(&mut session, "v /隠れ層 enter");
    assert_eq!(session.node(), Some(3), "the search finds it");
}

#[test]
fn no_pane_drops_or_overlaps_wide_characters_at_any_size() {
    let tape = program::names();
    for ascii in ["", "a"] {
        for keys in [
            "",
            "v",
            "i",
            "s",
            "w",
            "O",
            "?",
            "/日本語の名前を探している日本語の名前を探している",
            "c",
            "/nothing_そのような名前 enter",
        ] {
            let mut session = session(&tape);
            press(&mut session, ascii);
            press(&mut session, "f");
            press(&mut session, keys);
            for height in [1, 2, 3, 5, 10, 16, 17, 24, 40] {
                for width in (1..=200).step_by(if height == 24 { 1 } else { 7 }) {
                    let screen = screen(&mut session, width, height);
                    // So the test's terminal says which characters stand in the second cell of a wide one.
                    let hidden = screen.lines().filter_map(|line| line.split_once("Hidden by multi-width symbols: "));
                    let mut hidden =
                        hidden.flat_map(|(_, cells)| cells.split("), (")).map(|cell| cell.trim_matches([')', ']']));
                    assert!(hidden.all(|cell| cell.ends_with("\" \"")), "{keys} {width}x{height}\n{screen}");
                    assert!(ascii.is_empty() || screen.is_ascii(), "{keys} {width}x{height}\n{screen}");
                }
            }
        }
    }
}

#[test]
fn a_scope_has_its_name_inside_its_box() {
    let tape = program::names();
    let mut session = session(&tape);
    press(&mut session, "v");
    for (width, height) in [(60, 16), (80, 24), (160, 50), (200, 60)] {
        let screen = screen(&mut session, width, height);
        for line in screen.lines().filter(|line| line.contains(" a_name_that") && line.contains('┌')) {
            let after = line.split("a_name_that").nth(1).expect("the name is in the line");
            assert!(after.contains('…') && after.contains('┐'), "{line}\n{screen}");
        }
    }
}

#[test]
fn of_a_large_graph_the_part_around_the_step_is_shown_and_the_title_says_so() {
    let tape = Tape::new();
    let mut y = tape.var(0.5);
    for depth in 0..20_000 {
        // Half of them in scopes inside each other.
        if depth < 10_000 {
            std::mem::forget(tape.scope("s"));
        }
        y = y.sin();
    }
    let mut session = session(&tape);
    let at_the_start = screen(&mut session, 120, 40);
    assert!(at_the_start.contains("graph: %0 to %299 of 20001 nodes"), "{at_the_start}");
    press(&mut session, "end");
    let at_the_end = screen(&mut session, 120, 40);
    assert!(at_the_end.contains("to %20000 of 20001 nodes"), "{at_the_end}");
}

#[test]
fn keys_go_forward_back_to_a_step_and_by_phases() {
    let tape = program::two_rows();
    let mut session = session(&tape);
    let steps = session.trace.events.len();
    press(&mut session, "n right n left");
    assert_eq!(session.place, 2);
    press(&mut session, "g 20 enter");
    assert_eq!(session.place, 19);
    press(&mut session, "g 0 enter");
    assert_eq!((session.place, &session.message[..]), (19, &format!("there is no step \"0\", only 1 to {steps}")[..]));
    press(&mut session, "home ]");
    assert_eq!(session.phase().name(), "backward");
    press(&mut session, "]");
    assert_eq!(session.phase().name(), "update");
    press(&mut session, "] end");
    assert_eq!(session.place, steps - 1);
    press(&mut session, "[ [ [");
    assert_eq!(session.place, 0);
}

#[test]
fn a_search_looks_at_the_next_node_of_that_name_and_esc_follows_the_steps_again() {
    let tape = program::two_rows();
    let mut session = session(&tape);
    let called = |session: &Session| session.node().map(|node| session.trace.nodes[node].full_name());
    press(&mut session, "/layer2/w enter");
    assert_eq!(called(&session).as_deref(), Some("layer2/W"));
    press(&mut session, "/nothing enter");
    assert_eq!(session.message, "no node is called \"nothing\"");
    press(&mut session, "esc");
    assert_eq!(session.node(), session.active());
}

#[test]
fn what_the_inspector_adds_up_is_the_gradient_at_every_node() {
    let tape = program::two_rows();
    let session = session(&tape);
    let mut sums = 0;
    for node in 0..session.trace.nodes.len() {
        let Some(gradient) = session.timeline.gradient(1, node).filter(|gradient| !gradient.contributions.is_empty())
        else {
            continue;
        };
        let numbers = |node: usize| {
            let value = session.trace.nodes[node].value.as_ref().expect("a gradient has a value");
            value.elements.clone().expect("these arrays are small")
        };
        let mut sum = vec![0.0; session.trace.nodes[node].size()];
        for &place in &gradient.contributions {
            let gradus::trace::Event::Contribution { sent, .. } = session.trace.events[place] else {
                panic!("{place} is no contribution")
            };
            sum.iter_mut().zip(numbers(sent)).for_each(|(sum, term)| *sum += term);
        }
        let difference = sum.iter().zip(numbers(gradient.holder)).map(|(sum, whole)| (sum - whole).abs());
        assert!(difference.fold(0.0, f64::max) < 1e-12, "%{node}");
        sums += usize::from(gradient.contributions.len() > 1);
    }
    assert_eq!(sums, 4, "the four parameters are used twice");
}

#[test]
fn q_goes_on_and_ctrl_c_ends_it_all_even_in_a_question() {
    let tape = program::twice();
    let mut session = session(&tape);
    let control_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    press(&mut session, "/");
    let leaves =
        |session: &mut Session, action: Option<Action>| match session.apply(action.expect("a key with a meaning")) {
            Then::Leave(left) => Some(left),
            Then::GoOn => None,
        };
    let in_question = Action::of(control_c, session.is_prompting());
    assert_eq!(leaves(&mut session, in_question), Some(Left::Interrupted));
    press(&mut session, "esc");
    assert_eq!(leaves(&mut session, Some(Action::Quit)), Some(Left::Quit));
}

#[test]
fn the_first_nan_is_explained_where_it_came_from() {
    // The screen shows the program's source, so it must not contain the text that is searched for.
    let tape = program::first_nan();
    let mut session = session(&tape);
    // The inspector alone: the pane of the program would show these very words.
    press(&mut session, "i");
    assert!(!screen(&mut session, 160, 50).contains("not finite"));
    press(&mut session, "right");
    let screen = screen(&mut session, 160, 50);
    assert!(screen.contains("the first number that is not finite is NaN at [1]"), "{screen}");
    assert!(screen.contains("goes wrong"), "{screen}");
}
