//! An XML document as a small tree. Apart because an update set is XML inside XML, and both are read alike.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use crate::error::Error;
use crate::limits::XML_DEPTH_MAX;

/// One element: its name, attributes, children, and its own text with entities resolved.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
}

impl Element {
    /// An attribute's value.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first child of that name.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of that name, empty when there is none.
    pub(super) fn child_text(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| child.text.as_str())
    }
}

/// Reads a document and answers its root element.
pub(super) fn read(text: &str) -> Result<Element, Error> {
    let mut reader = Reader::from_str(text);
    // The bottom of the stack stands for the document; its only child is the root.
    let mut open = vec![Element::default()];
    loop {
        let event = reader.read_event().map_err(|source| xml_error(&reader, source))?;
        match event {
            Event::Start(start) => {
                if open.len() > XML_DEPTH_MAX {
                    return Err(Error::UpdateSet(format!("elements are more than {XML_DEPTH_MAX} deep")));
                }
                open.push(element(&start).map_err(|source| xml_error(&reader, source))?);
            }
            Event::Empty(start) => {
                let empty = element(&start).map_err(|source| xml_error(&reader, source))?;
                top(&mut open).children.push(empty);
            }
            Event::End(_) => {
                if let Some(closed) = open.pop() {
                    top(&mut open).children.push(closed);
                }
            }
            Event::Text(characters) => top(&mut open).text.push_str(&characters.xml10_content()),
            Event::CData(characters) => top(&mut open).text.push_str(&characters.xml10_content()),
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character.to_string(),
                    Ok(None) => predefined(&reference)?.to_owned(),
                    Err(source) => return Err(xml_error(&reader, source)),
                };
                top(&mut open).text.push_str(&resolved);
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    if open.len() != 1 {
        return Err(Error::UpdateSet("the document ends inside an element".to_owned()));
    }
    let document = open.pop().unwrap_or_default();
    document.children.into_iter().next().ok_or_else(|| Error::UpdateSet("the document has no element".to_owned()))
}

fn top(open: &mut [Element]) -> &mut Element {
    open.last_mut().expect("the reader refuses an end without its start, so the document stays at the bottom")
}

fn element(start: &BytesStart<'_>) -> Result<Element, quick_xml::Error> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0)?.into_owned();
        attributes.push((attribute.key.as_ref().to_owned(), value));
    }
    Ok(Element { name: start.name().as_ref().to_owned(), attributes, ..Element::default() })
}

/// The five entities of XML itself. We do not resolve others: a document that declares its own is refused.
fn predefined(name: &str) -> Result<&'static str, Error> {
    match name {
        "lt" => Ok("<"),
        "gt" => Ok(">"),
        "amp" => Ok("&"),
        "apos" => Ok("'"),
        "quot" => Ok("\""),
        _ => Err(Error::UpdateSet(format!("the entity `{}` is unknown", name.escape_debug()))),
    }
}

fn xml_error(reader: &Reader<&[u8]>, source: quick_xml::Error) -> Error {
    Error::Xml { at: reader.buffer_position(), source: Box::new(source) }
}
