//! Why a page as a whole cannot be read. A record that cannot be read is no error: it is a [`flow::Rejected`].

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
