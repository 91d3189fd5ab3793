//! The ServiceNow end: login, import sets, outcomes.
