//! What can go wrong at the ServiceNow end, and what a person can do about it. Apart because an instance says little
//! and the same few causes are behind nearly every failure: their remedies are written once, here.

use std::time::Duration;

use arrow::datatypes::DataType;

/// Why a call failed. `doing` completes "could not …" and names table and purpose; `said` is the instance's own text,
/// cut and escaped, because it comes from outside.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address, the connection or the request itself. For a batch, the server cannot have acted.
    #[error("could not {doing}")]
    Http {
        /// What was attempted.
        doing: String,
        /// What the HTTP client says.
        #[source]
        source: rest::Error,
    },
    /// The token endpoint refused the credentials. One answer stands for nearly every cause; the instance's log has
    /// the real one.
    #[error("the instance refused to log in with the {grant} grant: status {status}, `{said}`")]
    LoginRefused {
        /// `password`, `client_credentials` or `refresh_token`.
        grant: &'static str,
        /// The status code.
        status: u16,
        /// The instance's text.
        said: String,
    },
    /// The password was tried as often as one run may try it.
    #[error(
        "the password was tried {tried} times in this run, and is not tried again so that the account is not locked"
    )]
    PasswordLoginsSpent {
        /// How often.
        tried: u32,
    },
    /// A token that had just been issued was not accepted.
    #[error("could not {doing}: the instance does not accept the token that it has just issued, `{said}`")]
    NotAuthenticated {
        /// What was attempted.
        doing: String,
        /// The instance's text.
        said: String,
    },
    /// The OAuth client's scope does not reach the API (Zurich and later).
    #[error("could not {doing}: the OAuth client's scope does not reach this API, `{said}`")]
    ScopeRestricted {
        /// What was attempted.
        doing: String,
        /// The instance's text.
        said: String,
    },
    /// A person deleted the integration: nothing more is sent.
    #[error("nothing more is sent: the integration was deleted")]
    Deleted,
    /// The user has no right to this.
    #[error("could not {doing}: the user has no right to it, `{said}`")]
    Forbidden {
        /// What was attempted.
        doing: String,
        /// The instance's text.
        said: String,
    },
    /// The instance has no such table.
    #[error("could not {doing}: the instance has no such table, `{said}`")]
    NoTable {
        /// What was attempted.
        doing: String,
        /// The instance's text.
        said: String,
    },
    /// A developer instance that sleeps answers every request with a page that says so.
    #[error("could not {doing}: the instance is hibernating")]
    Hibernating {
        /// What was attempted.
        doing: String,
    },
    /// A page for people instead of JSON.
    #[error("could not {doing}: the answer (status {status}) is a web page, not JSON")]
    Page {
        /// What was attempted.
        doing: String,
        /// The status code.
        status: u16,
    },
    /// The instance wants fewer requests, and for longer than the client waits by itself. It did not begin.
    #[error("could not {doing}: the instance asks for a pause (status {status}), `{said}`")]
    Busy {
        /// What was attempted.
        doing: String,
        /// The status code.
        status: u16,
        /// `Retry-After`, as it was sent.
        retry_after: Option<String>,
        /// The instance's text.
        said: String,
    },
    /// The body of a batch is larger than the instance accepts; nothing was staged.
    #[error("could not {doing}: the body is larger than the instance accepts")]
    BodyTooLarge {
        /// What was attempted.
        doing: String,
    },
    /// Any other refusal.
    #[error("could not {doing}: status {status}, `{said}`")]
    Refused {
        /// What was attempted.
        doing: String,
        /// The status code.
        status: u16,
        /// The instance's text.
        said: String,
    },
    /// The answer is not the JSON that the documentation promises.
    #[error("could not {doing}: the answer cannot be read")]
    Garbled {
        /// What was attempted.
        doing: String,
        /// What the parser says.
        #[source]
        source: serde_json::Error,
    },
    /// The answer is JSON and does not say what was asked.
    #[error("could not {doing}: {reason}")]
    Unexpected {
        /// What was attempted.
        doing: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Rows were withheld, or the table changed while it was read.
    #[error("could not {doing}: the instance counts {told} rows and gave {read}")]
    CountDisagrees {
        /// What was attempted.
        doing: String,
        /// `X-Total-Count`.
        told: u64,
        /// Rows read.
        read: u64,
    },
    /// A name that must not become part of an address or a query.
    #[error("`{name}` cannot be the name of a {what}")]
    Name {
        /// What it should name.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A batch left and its answer was lost: it may be staged.
    #[error("a batch for `{staging_table}` was sent and its answer was lost")]
    AnswerLost {
        /// The staging table.
        staging_table: String,
        /// What the HTTP client says.
        #[source]
        source: rest::Error,
    },
    /// A batch left and its answer does not say what became of it: it may be staged.
    #[error(
        "a batch for `{staging_table}` was sent and its answer (status {status}) does not tell its import set: {reason}"
    )]
    AnswerUnusable {
        /// The staging table.
        staging_table: String,
        /// The status code.
        status: u16,
        /// What is wrong with the answer.
        reason: String,
    },
    /// The import set cannot be seen.
    #[error("import set {import_set} is not there, or the user may not read it")]
    NoImportSet {
        /// The import set.
        import_set: String,
    },
    /// Somebody cancelled the import set.
    #[error("import set {import_set} was cancelled")]
    Cancelled {
        /// The import set.
        import_set: String,
    },
    /// The import set was not transformed in time; its rows are staged and unresolved.
    #[error("import set {import_set} is `{state}` after {waited:?}, and not yet transformed")]
    NotTransformed {
        /// The import set.
        import_set: String,
        /// Its last state.
        state: String,
        /// How long it was waited for.
        waited: Duration,
    },
    /// Every staged row lacks its key: the instance did not recognise the names of the columns.
    #[error(
        "import set {import_set} has {rows} rows, all without a row key: the instance did not recognise the columns"
    )]
    KeysNotRecognised {
        /// The import set.
        import_set: String,
        /// Its rows.
        rows: usize,
    },
    /// The first row of a table was staged with another value than the one that was sent.
    #[error("column `{column}` of the first row of `{staging_table}` was sent as `{sent}` and is kept as `{kept}`")]
    NotKept {
        /// The staging table.
        staging_table: String,
        /// The staging column.
        column: String,
        /// What was sent, cut and escaped.
        sent: String,
        /// What the instance keeps, cut and escaped.
        kept: String,
        /// True where what is kept is the beginning of what was sent.
        is_cut: bool,
    },
    /// The first row of a table was staged and cannot be read back.
    #[error("the first row of `{staging_table}` was staged and cannot be read back")]
    NotShown {
        /// The staging table.
        staging_table: String,
    },
    /// The first rows of a table were refused, each for itself.
    #[error("the first {rows} rows of `{staging_table}` were all refused; of the last one the instance says `{said}`")]
    AllRefused {
        /// The staging table.
        staging_table: String,
        /// How many were tried.
        rows: usize,
        /// The instance's comment, cut and escaped.
        said: String,
        /// What to do about it, where the comment is known.
        remedy: Option<&'static str>,
    },
    /// A batch was sent as often as it may be, and the instance does not have it.
    #[error("a batch for `{staging_table}` was sent {times} times, and the instance does not have it")]
    NeverStaged {
        /// The staging table.
        staging_table: String,
        /// How often.
        times: u32,
    },
    /// It is not known what became of an earlier batch.
    #[error("batch {batch} of run {run} for `{staging_table}` is not resolved, and nothing is sent before it is")]
    Fenced {
        /// The staging table.
        staging_table: String,
        /// The run that sent it.
        run: i64,
        /// Its id.
        batch: String,
        /// Why it is not.
        #[source]
        source: Box<Error>,
    },
    /// A row has a state that no documentation names.
    #[error("could not read the outcomes of import set {import_set}")]
    RowState {
        /// The import set.
        import_set: String,
        /// The state.
        #[source]
        source: flow::UnknownState,
    },
}

impl Error {
    /// What the person who reads the message should do; none where the message says all there is.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Http { .. } => Some("check the instance's address, this machine's network and its root certificates"),
            Self::LoginRefused { .. } => Some(
                "check the client id and secret, that the grant is enabled, and that the service account is active, \
                 not locked out, need not reset its password and may log in; the instance's system log \
                 (\"Exception on token flow\") has the cause",
            ),
            Self::Deleted => Some("`snowhaul connect` sets it up anew"),
            Self::PasswordLoginsSpent { .. } => Some("check the service account, or use the client-credentials grant"),
            Self::NotAuthenticated { .. } => Some(
                "check that the OAuth client and its user are active, and that no proxy removes the \
                 Authorization header",
            ),
            Self::ScopeRestricted { .. } => Some(
                "set Scope Restriction of the OAuth client's record to \"Broadly scoped\", or link the auth scopes \
                 of the Table, Aggregate and Import Set APIs to it",
            ),
            Self::Forbidden { .. } | Self::CountDisagrees { .. } | Self::NoImportSet { .. } => {
                Some("give the service account the loader role of the update set, and `import_transformer`")
            }
            Self::NoTable { .. } => Some("install the update set that makes the staging tables"),
            Self::Hibernating { .. } => Some("open the instance in a browser to wake it, and try again"),
            Self::Page { .. } => Some(
                "check the instance's address; a page instead of JSON comes from maintenance, single \
                 sign-on or a proxy",
            ),
            Self::Busy { .. } => Some("try again later, or raise the instance's rate limit rule for this user"),
            Self::BodyTooLarge { .. } => Some("lower the bytes of one batch"),
            Self::AnswerLost { .. } | Self::AnswerUnusable { .. } => Some(
                "run again in a few minutes: the next run asks the instance what became of the batch before it sends \
                 anything",
            ),
            Self::NotKept { is_cut: true, .. } => Some(
                "the staging column is shorter than the pipeline declares: install the update set again, which makes \
                 it as long as it must be",
            ),
            Self::NotKept { .. } | Self::NotShown { .. } => Some(
                "look at the staging table's columns and their labels, at the REST Insert Multiple record of the table, \
                 and whether the service account has the role snowhaul_loader; then install the update set again",
            ),
            Self::AllRefused { remedy, .. } => Some(remedy.unwrap_or(
                "look at the import set's rows in the instance: what is refused six times is no fault of a row",
            )),
            Self::NeverStaged { .. } => {
                Some("look at the instance's load and its log of rejected requests, then run again")
            }
            Self::Fenced { source, .. } => source.hint(),
            Self::Cancelled { .. } => {
                Some("find out who cancelled the import set, then run again: its rows are sent again")
            }
            Self::NotTransformed { .. } => Some(
                "look at the import set in the instance: its transformation waits, runs long, or its \
                 scheduler stands still; then run again: its rows are sent again",
            ),
            Self::KeysNotRecognised { .. } => Some(
                "the keys of a batch are the columns' labels unless a REST Insert Multiple record of the staging \
                 table says Column name: make that record and the pipeline's `keys` say the same, or install the \
                 update set again",
            ),
            Self::Refused { .. }
            | Self::Garbled { .. }
            | Self::Unexpected { .. }
            | Self::Name { .. }
            | Self::RowState { .. } => None,
        }
    }

    /// True where credentials or permission are the cause (the program's exit code 5).
    pub fn is_credentials(&self) -> bool {
        matches!(
            self,
            Self::LoginRefused { .. }
                | Self::PasswordLoginsSpent { .. }
                | Self::NotAuthenticated { .. }
                | Self::ScopeRestricted { .. }
                | Self::Forbidden { .. }
        )
    }

    /// True where a batch may have been staged although its answer does not say so. Nobody knows what became of its
    /// rows; whoever sends them again must know that they may arrive twice.
    pub fn is_ambiguous(&self) -> bool {
        matches!(self, Self::AnswerLost { .. } | Self::AnswerUnusable { .. })
    }
}

/// Why a record batch cannot become a body.
#[derive(Debug, thiserror::Error)]
pub enum EncodeError {
    /// A column that is not text.
    #[error("column `{key}` is {data_type}, but only text is sent")]
    Column {
        /// The column's key.
        key: String,
        /// Its type.
        data_type: DataType,
    },
    /// Keys and columns do not match.
    #[error("{keys} keys were given for {columns} columns")]
    Keys {
        /// Number of keys.
        keys: usize,
        /// Number of columns.
        columns: usize,
    },
}

#[cfg(test)]
mod tests;
