//! What ServiceNow means by what it says of a row: its messages with their cause and remedy, in one place. Apart
//! because the instance says little, and the person who reads a report should not have to search for the rest.
//!
//! Texts are those of ServiceNow's documentation: transform maps and their errors (import run history, row states), and
//! the error messages of identification and reconciliation.

/// A message that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What is behind it.
    pub cause: &'static str,
    /// What to do about it.
    pub remedy: &'static str,
}

/// What a comment of an import-set row begins with or holds, in lower case, with its explanation. The first that fits
/// is the one.
const KNOWN: [(&str, Explanation); 24] = [
    (
        "reference value rejected",
        Explanation {
            cause: "a field refers to a record that the instance does not have, and its map rejects unknown ones",
            remedy: "create the record that the row names, or let the map's field ignore or create unknown ones",
        },
    ),
    (
        "choice value rejected",
        Explanation {
            cause: "a choice list does not have the value, and its map rejects unknown ones",
            remedy: "add the choice, as `discovery_source` needs it for this sender, or install the update set again",
        },
    ),
    (
        "list reference rejected",
        Explanation {
            cause: "a list field refers to a record that the instance does not have",
            remedy: "create the records that the row names, or let the map's field ignore unknown ones",
        },
    ),
    (
        "missing coalesce value",
        Explanation {
            cause: "the row has no value in a column by which its record is found",
            remedy: "give the record its serial number, or leave it out by a scope rule",
        },
    ),
    (
        "no field values changed",
        Explanation { cause: "the record was as the row says already", remedy: "nothing needs to be done" },
    ),
    (
        "no transform entry or scripts are defined",
        Explanation {
            cause: "the staging table has no transform map that is active and has fields",
            remedy: "install the update set again, and look whether somebody deactivated its transform maps",
        },
    ),
    (
        "target record not found",
        Explanation {
            cause: "no record has the row's coalesce values, and the map must not create one",
            remedy: "load the pipeline that the row refers to first, or look why its record was removed",
        },
    ),
    (
        "invalid target record or field",
        Explanation {
            cause: "a map writes to a table or field that the instance does not have",
            remedy: "install the update set again, and look whether a field of the target table was removed",
        },
    ),
    (
        "transform script error",
        Explanation {
            cause: "a script of the transform map failed",
            remedy: "look at the import set's log for the script's error",
        },
    ),
    (
        "maximum row size",
        Explanation {
            cause: "the row is longer than 8126 bytes, which the instance's database does not store",
            remedy: "shorten the row's longest columns in the pipeline",
        },
    ),
    (
        "mandatory",
        Explanation {
            cause: "a mandatory field of the target has no value",
            remedy: "map a value to the field, or switch Enforce mandatory fields of the transform map off",
        },
    ),
    (
        "data policy",
        Explanation {
            cause: "a data policy of the target table refuses the values",
            remedy: "let the policy not apply to import sets, or send values that it accepts",
        },
    ),
    (
        "business rule",
        Explanation {
            cause: "a business rule of the target table refused the record",
            remedy: "look at the rule that the message names, or switch Run business rules of the transform map off",
        },
    ),
    (
        "unique key violation",
        Explanation {
            cause: "another record has a value that must be unique",
            remedy: "look for doubled records of the same serial number and merge them",
        },
    ),
    (
        "identification_rule_missing",
        Explanation {
            cause: "the class has no identification rule",
            remedy: "make an identifier for the class, or send to a class that has one",
        },
    ),
    (
        "missing_matching_attributes",
        Explanation {
            cause: "the row has no value in any column by which the class identifies its records",
            remedy: "give the device a serial number or another identifying value",
        },
    ),
    (
        "multiple_duplicate_records",
        Explanation {
            cause: "several records match, and the instance does not choose among them",
            remedy: "remediate the duplicates (CMDB Health, de-duplication tasks), then send the row again",
        },
    ),
    (
        "multi_match",
        Explanation {
            cause: "several records match, and the instance does not choose among them",
            remedy: "remediate the duplicates (CMDB Health, de-duplication tasks), then send the row again",
        },
    ),
    (
        "duplicate_payload_records",
        Explanation {
            cause: "two rows of one request are the same record",
            remedy: "look for two devices with one serial number in the tenant",
        },
    ),
    (
        "required_attribute_empty",
        Explanation { cause: "a mandatory field of the class has no value", remedy: "map a value to the field" },
    ),
    (
        "reclassification_not_allowed",
        Explanation {
            cause: "the record has another class, and the instance does not change it",
            remedy: "allow the reclassification in the rules of identification, or correct the record's class",
        },
    ),
    (
        "insert_not_allowed_for_source",
        Explanation {
            cause: "a rule does not let this discovery source create records of the class",
            remedy: "change the rule of the class (CI Class Manager, Reconciliation) for this source",
        },
    ),
    (
        "lock_timeout",
        Explanation {
            cause: "another import held the same records for too long",
            remedy: "run again; if it stays, let the imports run at different times",
        },
    ),
    (
        "invalid_input_data",
        Explanation {
            cause: "a value has a form that the class does not take",
            remedy: "look at the value that it names",
        },
    ),
];

/// The explanation of a row's comment; none where nobody knows it.
pub fn explain(comment: &str) -> Option<Explanation> {
    let comment = comment.to_lowercase();
    KNOWN.iter().find(|(text, _)| comment.contains(text)).map(|(_, explanation)| *explanation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_known_by_its_text_in_any_case() {
        let known = explain("Choice value rejected: discovery_source has no choice Snowhaul").expect("documented");
        assert!(known.remedy.contains("discovery_source"));
        assert!(explain("MULTIPLE_DUPLICATE_RECORDS: [cmdb_ci_computer]").is_some());
        assert_eq!(explain("Something that nobody has written down"), None);
    }

    #[test]
    fn every_text_is_lower_case_and_found_by_itself() {
        for (text, explanation) in KNOWN {
            assert_eq!(explain(text), Some(explanation), "{text}");
        }
    }
}
