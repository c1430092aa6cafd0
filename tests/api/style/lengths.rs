//! The length of functions. `layering` holds the length of files.

use super::{Line, assert_none, lines};

#[test]
fn functions_have_fifty_lines_at_most() {
    let (mut found, mut open) = (Vec::new(), None::<(String, Line)>);
    for line in lines(&["rs"]) {
        _ = open.take_if(|(_, start)| start.file != line.file);
        let text = line.text.trim_start();
        let indent = line.text[..line.text.len() - text.len()].to_owned();
        if let Some((_, start)) = open.take_if(|(close, _)| *close == line.text) {
            let length = line.number + 1 - start.number;
            if length > 50 {
                found.push(format!("{length} lines: {}", start.place()));
            }
        }
        let is_function = text.split(' ').take(5).any(|word| word == "fn") && !text.ends_with(';');
        let is_code = !text.starts_with("//") && !text.starts_with('"');
        if is_function && is_code && open.is_none() {
            open = Some((format!("{indent}}}"), line));
        }
    }
    assert_none("functions are longer", &found);
}
