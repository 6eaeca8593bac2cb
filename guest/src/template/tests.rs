use super::{Template, Variables};
use crate::error::Kind;

fn variables() -> Variables {
    Variables::default()
        .with("name", "web")
        .with("new", "v2")
        .with("environment", "")
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let template = Template::parse(text).unwrap();
    assert_eq!(template.render(&variables()).unwrap(), expected);
}

#[test]
fn variables_are_put_in_their_places() {
    check("", "");
    check("Ship it", "Ship it");
    check("{{name}}", "web");
    check("Ship {{name}} {{ new }}!", "Ship web v2!");
    check("{{name}}{{new}}", "webv2");
    check("in [{{environment}}]", "in []");
    check("line\n\n{{name}}: ü\n", "line\n\nweb: ü\n");
}

#[test]
fn single_braces_are_text() {
    check("{name} } } {", "{name} } } {");
    check("}} {{name}}", "}} web");
}

#[test]
fn a_value_is_no_template() {
    let variables = Variables::default().with("name", "{{new}}");
    let template = Template::parse("a {{name}}").unwrap();
    assert_eq!(template.render(&variables).unwrap(), "a {{new}}");
}

#[test]
fn values_are_made_fit_for_their_place() {
    let variables = variables()
        .with("image", "a/b")
        .fitted(|value| value.replace('/', "-"));
    let template = Template::parse("release/{{image}}").unwrap();
    assert_eq!(template.render(&variables).unwrap(), "release/a-b");
}

#[track_caller]
fn refuse(text: &str, message: &str, hint: &str) {
    let failure = Template::parse(text)
        .and_then(|template| template.render(&variables()))
        .unwrap_err();
    assert_eq!(failure.kind, Kind::InvalidTemplate);
    assert!(failure.problem.message.contains(message), "{failure}");
    assert!(failure.explanation().contains(hint), "{failure}");
}

#[test]
fn what_is_no_template_is_refused() {
    let write = "Write a variable as `{{name}}`";
    refuse("a {{name", "without `}}`", write);
    refuse("a {{}}", "no name between", write);
    refuse(
        "a {{ if x }}",
        "\"if x\" between `{{` and `}}`, which is not a name",
        write,
    );
    refuse("${{ github.sha }}", "\"github.sha\"", write);
    refuse("{{{name}}}", "\"{name\"", write);
}

#[test]
fn an_unknown_variable_is_refused_with_the_nearest() {
    refuse(
        "{{enviroment}}",
        "no variable `{{enviroment}}`",
        "Did you mean `{{environment}}`?",
    );
    refuse(
        "{{x}}",
        "no variable `{{x}}`",
        "Use `{{environment}}` or `{{name}}` or `{{new}}`.",
    );
}

#[test]
fn variables_are_checked_before_there_are_values() {
    let template = Template::parse("{{name}} {{old}}").unwrap();
    assert_eq!(template.names().collect::<Vec<_>>(), ["name", "old"]);
    template.check(["name", "old"]).unwrap();
    let failure = template.check(["name"]).unwrap_err();
    assert_eq!(
        failure.problem.message,
        "no variable `{{old}}` for this template"
    );
}
