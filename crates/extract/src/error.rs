//! Why the tenant could not be read, or a page of it. A record that cannot be read is no error: it is a
//! [`flow::Rejected`].

use std::time::Duration;

/// Why reading stopped.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was typed is no subdomain.
    #[error("`{typed}` is no subdomain: {reason}")]
    Subdomain {
        /// What was typed, control characters escaped.
        typed: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The request did not come to an answer.
    #[error("could not {doing}")]
    Http {
        /// What was attempted.
        doing: String,
        /// Why it failed.
        #[source]
        source: rest::Error,
    },
    /// The gateway knows no such tenant.
    #[error("the host serves no such tenant, or not this path: {path} ({words})")]
    NoSuchTenant {
        /// The path that was asked for.
        path: String,
        /// What the gateway said.
        words: String,
    },
    /// The token was refused as such.
    #[error("the tenant refused the API token at {path} ({words})")]
    Token {
        /// The path that was asked for.
        path: String,
        /// What the tenant said.
        words: String,
    },
    /// The token lacks a permission, or the subscription does not have the endpoint: the tenant says 401, 403 or 404 for
    /// either.
    #[error(
        "the tenant answered {status} to {path}: the token lacks the permission `{permission}`, or the subscription does not include it ({words})"
    )]
    NotAllowed {
        /// The path that was asked for.
        path: String,
        /// The permission, as the vendor's settings name it.
        permission: &'static str,
        /// 401, 403 or 404.
        status: u16,
        /// What the tenant said.
        words: String,
    },
    /// The tenant has trouble, and went on having it.
    #[error("the tenant answered {status} to {path} and did not recover ({words})")]
    Unavailable {
        /// The path that was asked for.
        path: String,
        /// 429 or 500 to 599.
        status: u16,
        /// What the tenant said.
        words: String,
    },
    /// A status that nothing documents for this question.
    #[error("the tenant answered {status} to {path} ({words})")]
    Unexpected {
        /// The path that was asked for.
        path: String,
        /// The status.
        status: u16,
        /// What the tenant said.
        words: String,
    },
    /// A page that cannot be read.
    #[error(transparent)]
    Page(#[from] DecodeError),
    /// The pages do not end, or come again.
    #[error("the pages of {path} do not lead to an end: {reason}")]
    Paging {
        /// The path that was asked for.
        path: String,
        /// What was seen.
        reason: String,
    },
    /// An export that was not made, or is not what was asked for.
    #[error("the export of {category} failed: {reason}")]
    Export {
        /// Prism's category.
        category: &'static str,
        /// Why.
        reason: String,
    },
    /// The scope names no device of the tenant.
    #[error("no device is in the scope")]
    NothingInScope,
    /// Whoever takes the pages has gone.
    #[error("nobody takes the pages any more")]
    NobodyListens,
    /// A position that this program did not write.
    #[error("cannot go on from the position `{0}`")]
    Position(String),
}

impl Error {
    /// True where the token may not ask this: another way may be open.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::NotAllowed { .. })
    }

    /// True for a token or a permission that a person must mend.
    pub fn is_credentials(&self) -> bool {
        matches!(self, Self::NotAllowed { .. } | Self::Token { .. })
    }

    /// True where an export cannot be had, and pages may. Trouble of the network or of the tenant is no such thing: it
    /// would meet the pages too, and the export may be gone on with.
    pub(crate) fn closes_export(&self) -> bool {
        matches!(self, Self::Export { .. } | Self::NotAllowed { .. } | Self::Unexpected { .. })
    }

    /// True for trouble with one endpoint's own answers, which a reading can do without where they are only a hint.
    pub(crate) fn is_of_answers(&self) -> bool {
        matches!(self, Self::Unavailable { .. } | Self::Unexpected { .. } | Self::Page(_) | Self::Paging { .. })
    }

    /// How long the request budget asks to wait; `None` where it is not the budget.
    pub fn budget_wait(&self) -> Option<Duration> {
        match self {
            Self::Http { source, .. } => source.wait(),
            _ => None,
        }
    }

    /// What a person can do.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Subdomain { .. } => "type the part before `.api.` of the tenant's API address, as `acme`",
            Self::NoSuchTenant { .. } => {
                "check the subdomain; a tenant in the EU needs `--region eu`, one on the new host `--region iru`"
            }
            Self::Token { .. } => "make a token in Settings > Access > API tokens and put it into SNOWHAUL_IRU_TOKEN",
            Self::NotAllowed { permission, .. } => {
                return Some(format!("give the token the permission `{permission}` in Settings > Access > API tokens"));
            }
            Self::Http { source, .. } if source.wait().is_some() => {
                "wait, or add `--wait`; `snowhaul extract --resume` goes on where it stopped"
            }
            Self::Http { source, .. } if source.is_network() => {
                "check the network and the subdomain; a tenant in the EU needs `--region eu`"
            }
            Self::Unavailable { .. } => "try again later with `snowhaul extract --resume`",
            Self::NothingInScope => {
                "check the values of `--serial`, `--tag`, `--blueprint` and `--platform`; names of tags and blueprints are told by `snowhaul extract --data-set tags`"
            }
            Self::Export { .. } => "choose another way with `--apps pages`",
            Self::Page(_) => "an answer that is no data often comes from a proxy; what was read is kept for `--resume`",
            Self::Http { .. }
            | Self::Unexpected { .. }
            | Self::Paging { .. }
            | Self::NobodyListens
            | Self::Position(_) => return None,
        };
        Some(hint.to_owned())
    }
}

/// A page that cannot be read. Each variant names the page and, where one is known, the byte offset.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The body is something else: a web page, nothing, a compressed stream, plain text.
    #[error("{page} is not JSON but {looks_like}: `{shown}`")]
    NotJson {
        /// The page's name.
        page: String,
        /// What the first bytes look like.
        looks_like: &'static str,
        /// The first characters, control characters escaped.
        shown: String,
    },
    /// The body is not UTF-8, which JSON must be.
    #[error("{page} is not UTF-8 at byte {offset}")]
    NotUtf8 {
        /// The page's name.
        page: String,
        /// The first byte that is part of no character.
        offset: usize,
    },
    /// The body breaks JSON's rules, repeats a key or passes one of [`crate::limits`].
    #[error("could not read {page} at byte {offset}")]
    Unreadable {
        /// The page's name.
        page: String,
        /// Where the fault was met.
        offset: usize,
        /// What it is.
        #[source]
        flaw: JsonFlaw,
    },
    /// The body is sound JSON, but neither records of the data set nor an envelope of them.
    #[error("{page} holds no records of {data_set} but {found}")]
    Shape {
        /// The page's name.
        page: String,
        /// The data set's name.
        data_set: &'static str,
        /// What was found instead.
        found: String,
    },
    /// The body is larger than any page.
    #[error("{page} is {bytes} bytes long, more than {max} in one page", max = crate::limits::PAGE_BYTES_MAX)]
    TooLarge {
        /// The page's name.
        page: String,
        /// The body's length.
        bytes: usize,
    },
}

/// A fault at one byte of a JSON text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonFlaw {
    /// The text ends inside a value.
    #[error("the text ends too early")]
    EndsEarly,
    /// Something stands where a value must.
    #[error("expected a value")]
    ValueExpected,
    /// Something stands where a key in quotation marks must, e.g. after a trailing comma.
    #[error("expected a key in quotation marks")]
    KeyExpected,
    /// A key without its colon.
    #[error("expected a colon after a key")]
    ColonExpected,
    /// Neither a comma nor the end of the list or object.
    #[error("expected a comma or the end of the list or object")]
    CommaExpected,
    /// A number that JSON does not allow, e.g. `01` or `1.`.
    #[error("not a JSON number")]
    BadNumber,
    /// A backslash before a character that it cannot escape.
    #[error("not an escape that JSON knows")]
    BadEscape,
    /// `\ud800` to `\udfff` without its other half: no character.
    #[error("half of a surrogate pair")]
    LoneSurrogate,
    /// A raw control character inside a string.
    #[error("a control character inside a string")]
    ControlCharacter,
    /// More text after the value.
    #[error("more text after the end of the JSON value")]
    TrailingText,
    /// One object has one key twice: which value counts is anybody's guess.
    #[error("key `{0}` stands twice in one object")]
    DuplicateKey(String),
    /// Lists and objects are nested too deeply.
    #[error("nested deeper than {max} levels", max = crate::limits::DEPTH_MAX)]
    TooDeep,
    /// A string or number is too long.
    #[error("a string or number longer than {max} bytes", max = crate::limits::STRING_BYTES_MAX)]
    StringTooLong,
    /// An object has too many keys.
    #[error("more than {max} keys in one object", max = crate::limits::OBJECT_KEYS_MAX)]
    TooManyKeys,
    /// The page has too many records.
    #[error("more than {max} records in one page", max = crate::limits::PAGE_RECORDS_MAX)]
    TooManyRecords,
    /// Nested lists of the page have too many items.
    #[error("more than {max} items in one page's nested lists", max = crate::limits::PAGE_LIST_ITEMS_MAX)]
    TooManyItems,
}
