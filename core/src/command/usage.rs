//! How a command is written, as a line for people, and the HELP of a container.
//!
//! Reads the declared arguments, so that help cannot lag behind the table. Knows no reply. Invariant: one
//! line of syntax and one of explanation for each subcommand, in the order of their names.

use super::spec::{ArgFlags, ArgKind, Argument, CommandSpec};

/// The lines of `<container> HELP`.
pub(super) fn help(container: &CommandSpec) -> Vec<String> {
    let name = container.name.to_ascii_uppercase();
    let mut lines = vec![format!(
        "{name} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:"
    )];
    for sub in container.subcommands {
        lines.push(syntax(sub));
        lines.push(format!("    {}.", sub.summary));
    }
    lines
}

/// `INFO [command-name ...]`: a subcommand's name and arguments.
fn syntax(sub: &CommandSpec) -> String {
    let mut line = sub.name.to_ascii_uppercase();
    for argument in sub.arguments {
        line.push(' ');
        line.push_str(&one(argument));
    }
    if sub.arguments.is_empty() && !sub.accepts(2) {
        line.push_str(" <arg> ...");
    } else if sub.arguments.is_empty() && sub.arity < 0 {
        line.push_str(" [<arg> ...]");
    }
    line
}

/// One argument with its token, its repetition and, when it may be missing, its brackets.
fn one(argument: &Argument) -> String {
    let token = argument.token.unwrap_or("");
    let inner = match argument.kind {
        ArgKind::PureToken => String::new(),
        ArgKind::Oneof => format!("<{}>", list(argument.arguments, " | ")),
        ArgKind::Block => list(argument.arguments, " "),
        _ => argument.name.to_owned(),
    };
    let gap = if token.is_empty() || inner.is_empty() {
        ""
    } else {
        " "
    };
    let repeated = if !argument.flags.has(ArgFlags::MULTIPLE) {
        format!("{token}{gap}{inner}")
    } else if argument.flags.has(ArgFlags::MULTIPLE_TOKEN) {
        format!("{token}{gap}{inner} [{token}{gap}{inner} ...]")
    } else {
        format!("{token}{gap}{inner} [{inner} ...]")
    };
    if argument.flags.has(ArgFlags::OPTIONAL) {
        format!("[{repeated}]")
    } else {
        repeated
    }
}

fn list(arguments: &[Argument], between: &str) -> String {
    arguments.iter().map(one).collect::<Vec<_>>().join(between)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::lookup;

    fn line(full_name: &str) -> String {
        syntax(lookup::full_name(full_name.as_bytes()).unwrap())
    }

    #[test]
    fn syntax_follows_the_declared_arguments() {
        assert_eq!(line("config|rewrite"), "REWRITE");
        assert_eq!(
            line("config|set"),
            "SET parameter value [parameter value ...]"
        );
        assert_eq!(
            line("command|info"),
            "INFO [command-name [command-name ...]]"
        );
        assert_eq!(line("memory|usage"), "USAGE key [SAMPLES count]");
        assert_eq!(line("command|getkeys"), "GETKEYS <arg> ...");
    }

    #[test]
    fn help_has_two_lines_for_each_subcommand() {
        let object = lookup::command(b"object").unwrap();
        let lines = help(object);
        assert_eq!(lines.len(), 1 + 2 * object.subcommands.len());
        assert!(lines[0].starts_with("OBJECT <subcommand>"));
    }
}
