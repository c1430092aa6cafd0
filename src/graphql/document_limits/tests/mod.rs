//! Every limit: a document at the limit passes, one step beyond it is rejected.

use super::*;

mod estimates;
mod properties;

/// The result of graphql-js 16.15's `getIntrospectionQuery` with all options on, which includes all
/// that `GraphiQL` queries.
const INTROSPECTION: &str = include_str!("../introspection.graphql");

fn rejection(document: &str) -> ServerError {
    check(document).map_or_else(ServerError::from, |_| panic!("checked: {document}"))
}

/// The name of the limit that a document exceeds.
fn exceeded(document: &str) -> &'static str {
    match check(document) {
        Err(DocumentError::Exceeds(limit)) => limit.name,
        other => panic!("{other:?} for {}", &document[..document.len().min(200)]),
    }
}

/// Makes a document with `count` of what a limit counts, and little else.
fn document_with(limit: &Limit, count: usize) -> String {
    let several = |part: fn(usize) -> String, count| (0..count).map(part).collect::<String>();
    match limit.name {
        "TOKENS" => format!("{{ a(b: [{}]) }}", "0 ".repeat(count - 9)),
        "NESTING" => format!(
            "{{ a(b: {}{}) }}",
            "[".repeat(count - 2),
            "]".repeat(count - 2)
        ),
        "WORD" => format!("{{ {} }}", "a".repeat(count)),
        "FRAGMENTS" => several(|it| format!("fragment F{it} on A {{ a }} "), count) + "{ a }",
        "OPERATIONS" => several(|it| format!("query Q{it} {{ a }} "), count),
        "ROOT_FIELDS" => format!("{{ {} }}", "a ".repeat(count)),
        "ALIASES" => format!(
            "{{ a {{ {} }} }}",
            several(|it| format!("a{it}: a "), count)
        ),
        "DIRECTIVES" => format!("{{ a {} }}", "@a ".repeat(count)),
        "DEPTH" => format!("{}{}", "{ a ".repeat(count), "}".repeat(count)),
        // The operation's root, eleven spreads of a fragment with eight fields, and that fragment
        // itself.
        "SELECTIONS" => {
            let fields = count - 1 - 11 * 9 - 8;
            format!(
                "{{ a {{ {} {} }} }} fragment F on A {{ b b b b b b b b }}",
                "...F ".repeat(11),
                "b ".repeat(fields)
            )
        }
        "CREDENTIALS" => format!("mutation {{ {} }}", "login ".repeat(count)),
        other => panic!("no document for {other}"),
    }
}

#[test]
fn document_beyond_a_limit_is_rejected_with_its_name() {
    for limit in LIMITS
        .iter()
        .filter(|limit| !matches!(limit.name, "VARIABLES" | "VALUES"))
    {
        let most = document_with(limit, limit.most);
        let beyond = document_with(limit, limit.most + 1);
        assert!(check(&most).is_ok(), "{}: {:?}", limit.name, check(&most));
        let error = rejection(&beyond);
        assert_eq!(exceeded(&beyond), limit.name);
        assert!(
            error
                .message
                .contains(&format!("at most {} {}.", limit.most, limit.what)),
            "{}",
            error.message
        );
    }
}

#[test]
fn fields_outside_introspection_are_not_the_schemas_lists() {
    let values = "name ".repeat(300);
    assert!(
        check(&format!(
            "{{ a {{ types {{ inputFields {{ {values} }} }} }} }}"
        ))
        .is_ok()
    );
}

#[test]
fn introspection_query_keeps_every_limit_with_room() {
    let checked = check(INTROSPECTION).unwrap();
    assert!(checked.introspection);
    let cost = cost::analyze_cost(&checked.document).unwrap();
    let counted = tokens::count(INTROSPECTION);
    for (limit, count) in [
        (&limits::TOKENS, counted.tokens),
        (&limits::NESTING, counted.nesting),
        (&limits::DEPTH, cost.operation.depth),
        (&limits::SELECTIONS, cost.selections),
        (&limits::VALUES, cost.operation.values.average),
    ] {
        assert!(
            count * 5 <= limit.most * 4,
            "{}: {count} of {}",
            limit.name,
            limit.most
        );
    }
}

#[test]
fn operation_spends_one_credential_in_any_disguise() {
    for disguise in [
        "mutation { login login }",
        "mutation { a: login b: login }",
        "mutation { login ... { login } }",
        "mutation { login ... on Mutation { signup } }",
        "mutation { ...F ...F } fragment F on Mutation { login }",
        "mutation { login ...F } fragment F on Mutation { ...G } fragment G on Mutation { refresh }",
        "mutation($a: Boolean!) { login @include(if: $a) b: login @skip(if: $a) }",
        "mutation { forgotPassword resetPassword }",
        "mutation { changePassword ... @include(if: false) { verifyEmail } }",
        "mutation { sendVerificationCode a: sendVerificationCode }",
        "query A { a } mutation B { login login }",
    ] {
        assert_eq!(exceeded(disguise), "CREDENTIALS", "{disguise}");
    }
    for plain in [
        "mutation { login logout updateProfile }",
        "mutation A { login } mutation B { login }",
    ] {
        assert!(check(plain).is_ok(), "{plain}");
    }
}

#[test]
fn fragment_cycle_is_rejected_with_its_position() {
    for cycle in [
        "{ ...F }\nfragment F on A { ...F }",
        "{ a }\nfragment F on A { ...G } fragment G on A { b { ... { ...F } } }",
    ] {
        let error = rejection(cycle);
        assert_eq!(error.message, "A fragment contains itself.");
        assert_eq!(error.locations[0].line, 2);
    }
}

#[test]
fn nested_fragments_are_counted_as_if_expanded() {
    let document = |spreads: usize| {
        format!(
            "{{ a {{ {} }} }} fragment F on A {{ {} }} fragment G on A {{ {} }}",
            "...F ".repeat(spreads),
            "...G ".repeat(10),
            "a ".repeat(10)
        )
    };
    let selections = |spreads| {
        let checked = check(&document(spreads)).unwrap();
        cost::analyze_cost(&checked.document).unwrap().selections
    };
    // The operation has 1 field and 111 selections for each spread. The fragments have 110 and 10
    // selections.
    assert_eq!(selections(7), 1 + 7 * 111 + 110 + 10);
    assert_eq!(exceeded(&document(8)), "SELECTIONS");
}

#[test]
fn variables_are_counted_with_their_nested_values() {
    let variables = |json: serde_json::Value| Variables::from_json(json);
    assert!(check_variables(&variables(serde_json::json!({ "a": vec![0; 499] }))).is_ok());
    for many in [
        serde_json::json!({ "a": vec![0; 500] }),
        serde_json::json!({ "a": { "b": vec![serde_json::json!([[]]); 300] } }),
        (0..501)
            .map(|it| (format!("v{it}"), 0.into()))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    ] {
        assert!(matches!(
            check_variables(&variables(many)),
            Err(DocumentError::Exceeds(&limits::VARIABLES))
        ));
    }
}

#[test]
fn operation_is_chosen_by_name_among_several() {
    let chosen = |document: &str, name: Option<&str>| {
        let checked = check(document).unwrap();
        checked
            .operation(name)
            .map(|(name, _)| name.map(ToString::to_string))
            .map_err(|it| ServerError::from(it).message)
    };
    assert_eq!(chosen("{ a }", None), Ok(None));
    assert_eq!(chosen("query A { a }", None), Ok(Some("A".to_owned())));
    assert_eq!(
        chosen("query A { a } query B { b }", Some("B")),
        Ok(Some("B".to_owned()))
    );
    let several = "The document has several operations: name one of them in `operationName`.";
    assert_eq!(
        chosen("query A { a } query B { b }", None),
        Err(several.to_owned())
    );
    for document in ["{ a }", "query A { a }"] {
        assert_eq!(
            chosen(document, Some("S3cret")),
            Err("The document has no operation with this name.".to_owned())
        );
    }
}
