//! Named rules as scripts. The first line names the rule, which is all that the embedded instance reads; the rest is
//! JavaScript for a real one, which has not run there yet.

use std::fmt;

use crate::declaration::{Rule, RuleName};

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.name {
            RuleName::NeverInsert => "never_insert",
            RuleName::SkipOlderRun => "skip_older_run",
            RuleName::MakeAndModel => "make_and_model",
            RuleName::ProductOfInstall => "product_of_install",
        };
        write!(f, "{name}({})", self.arguments.join(", "))
    }
}

/// The script of an `onBefore` event.
pub(super) fn event_script(rule: &Rule) -> String {
    let argument = |index: usize| rule.arguments.get(index).map_or("", String::as_str);
    let body = match rule.name {
        RuleName::NeverInsert => format!(
            "    if (action == 'insert' && source.getValue('{}') == 'true') {{\n        ignore = true;\n    }}",
            argument(0)
        ),
        RuleName::SkipOlderRun => format!(
            "    if (action == 'update' && parseInt(source.getValue('{}'), 10) < parseInt(target.getValue('{}'), 10)) {{\n        ignore = true;\n    }}",
            argument(0),
            argument(1)
        ),
        RuleName::MakeAndModel | RuleName::ProductOfInstall => String::new(),
    };
    format!(
        "// named rule: {rule}\n(function runTransformScript(source, map, log, target) {{\n{body}\n}})(source, map, log, target);\n"
    )
}

/// The source script of a field map.
pub(super) fn source_script(rule: &Rule) -> String {
    let argument = |index: usize| rule.arguments.get(index).map_or("", String::as_str);
    let body = match rule.name {
        RuleName::MakeAndModel => format!(
            "    var model = source.getValue('{model}');\n    if (!model) {{\n        return '';\n    }}\n    \
             return new MakeAndModelJS(source.getValue('{maker}'), model, source.getValue('{number}'), 'hardware').getModelNameSysId();",
            maker = argument(0),
            model = argument(1),
            number = argument(2)
        ),
        RuleName::ProductOfInstall => format!(
            "    var install = new GlideRecord('cmdb_sam_sw_install');\n    \
             if (install.get('instance_key', source.getValue('{}'))) {{\n        return install.getValue('norm_product');\n    }}\n    return '';",
            argument(0)
        ),
        RuleName::NeverInsert | RuleName::SkipOlderRun => String::new(),
    };
    format!("// named rule: {rule}\nanswer = (function transformEntry(source) {{\n{body}\n}})(source);\n")
}
