//! How much thought goes into a plan. Apart because over a few records planning is nearly all of the time that a query takes:
//! what most of an optimiser's rules save there is less than what they cost.

use std::sync::Arc;

use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::optimizer::OptimizerRule;
use datafusion::optimizer::decorrelate_lateral_join::DecorrelateLateralJoin;
use datafusion::optimizer::decorrelate_predicate_subquery::DecorrelatePredicateSubquery;
use datafusion::optimizer::extract_equijoin_predicate::ExtractEquijoinPredicate;
use datafusion::optimizer::replace_distinct_aggregate::ReplaceDistinctWithAggregate;
use datafusion::optimizer::rewrite_set_comparison::RewriteSetComparison;
use datafusion::optimizer::scalar_subquery_to_join::ScalarSubqueryToJoin;
use datafusion::optimizer::simplify_expressions::SimplifyExpressions;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_optimizer::ensure_requirements::EnsureRequirements;
use datafusion::physical_optimizer::sanity_checker::SanityCheckPlan;

/// How much thought goes into a plan. Both yield the same rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Effort {
    /// All that the engine knows to make a query quick over many rows.
    #[default]
    Thorough,
    /// Only what a query cannot run without, and joins by equal keys: quick to plan, for few rows, and in one partition
    /// whatever else is set, as the rules that fit joins to several are left out.
    Brief,
}

impl Effort {
    /// Gives a session the rules that this takes.
    pub(crate) fn applied(self, state: SessionStateBuilder) -> SessionStateBuilder {
        match self {
            Self::Thorough => state,
            Self::Brief => state.with_optimizer_rules(logical()).with_physical_optimizer_rules(physical()),
        }
    }
}

/// What turns words of SQL that no operator knows into ones that there are; functions as well, `coalesce` among them, which
/// is a `CASE` by the time that it runs.
fn logical() -> Vec<Arc<dyn OptimizerRule + Send + Sync>> {
    vec![
        Arc::new(RewriteSetComparison::new()),
        Arc::new(SimplifyExpressions::new()),
        Arc::new(ReplaceDistinctWithAggregate::new()),
        Arc::new(DecorrelatePredicateSubquery::new()),
        Arc::new(ScalarSubqueryToJoin::new()),
        Arc::new(DecorrelateLateralJoin::new()),
        Arc::new(ExtractEquijoinPredicate::new()),
    ]
}

/// What sorts and gathers where an operator asks for it, and refuses a plan that could not run.
fn physical() -> Vec<Arc<dyn PhysicalOptimizerRule + Send + Sync>> {
    vec![Arc::new(EnsureRequirements::new()), Arc::new(SanityCheckPlan::new())]
}
