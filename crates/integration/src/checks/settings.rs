//! Properties of the instance that weaken what the service account's rights keep. Apart because nothing fails by them:
//! they are for a person to decide.

use load::{Error, Target};

use super::access::unclear;
use super::finding::Finding;

pub(super) const OPTIMIZE: &str = "access rules at import";

/// `true` lets `insertMultiple` pass by the access rules of the staging tables.
const INSERT_MULTIPLE_OPTIMIZE: &str = "com.glide.import_set_api.insert_multiple_optimize";

pub(super) async fn optimize(target: &Target) -> Finding {
    match target.property(INSERT_MULTIPLE_OPTIMIZE).await {
        Ok(Some(value)) if value == "true" => Finding::warning(
            format!("`{INSERT_MULTIPLE_OPTIMIZE}` is true: whoever has `import_transformer` stages rows in any table"),
            format!(
                "in ServiceNow, open sys_properties.list, set `{INSERT_MULTIPLE_OPTIMIZE}` to false, and see that the \
                 service account may create rows in the staging tables; look who else has `import_transformer`"
            ),
        ),
        Ok(value) => Finding::passed(format!(
            "`{INSERT_MULTIPLE_OPTIMIZE}` is {}",
            if value.is_some() { "false" } else { "not set" }
        )),
        Err(error @ Error::Forbidden { .. }) => unclear(&error).softened(),
        Err(error) => unclear(&error),
    }
}
