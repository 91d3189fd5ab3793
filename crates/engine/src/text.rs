//! Our functions as DataFusion's: casting, dictionaries, refusals. Apart because it is the hot path of
//! every mapping expression.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, StringArray, StringBuilder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Int32Type};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{
    ColumnarValue, ReturnFieldArgs, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility,
};

use crate::function::{Answer, ArrayFunction, TextFunction};
use crate::memo::Memo;
use crate::refusal;
use crate::text_column::{TextColumn, is_dictionary_of_text};

fn dictionary_of_text() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// A [`TextFunction`] in DataFusion's clothes.
#[derive(Debug)]
pub(crate) struct TextUdf {
    function: TextFunction,
    signature: Signature,
    /// What the function said of the dictionaries that it saw last.
    said: Memo<Arc<StringArray>>,
}

impl TextUdf {
    pub(crate) fn new(function: TextFunction) -> Self {
        let signature = if function.is_variadic() {
            Signature::variadic_any(Volatility::Immutable)
        } else {
            Signature::any(function.arguments.len(), Volatility::Immutable)
        };
        Self { function, signature, said: Memo::default() }
    }
}

impl PartialEq for TextUdf {
    fn eq(&self, other: &Self) -> bool {
        self.function.name == other.function.name
    }
}

impl Eq for TextUdf {}

impl Hash for TextUdf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.function.name.hash(state);
    }
}

impl ScalarUDFImpl for TextUdf {
    fn name(&self) -> &str {
        self.function.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8)
    }

    fn return_field_from_args(&self, args: ReturnFieldArgs) -> Result<FieldRef> {
        for field in args.arg_fields {
            if field.data_type().is_nested() {
                return plan_err!("{} takes texts, not a {}", self.function.name, field.data_type());
            }
        }
        let mut varying = args.arg_fields.iter().zip(args.scalar_arguments).filter(|(_, scalar)| scalar.is_none());
        let returns = match (varying.next(), varying.next()) {
            (Some((field, _)), None) if is_dictionary_of_text(field.data_type()) => dictionary_of_text(),
            _ => DataType::Utf8,
        };
        Ok(Arc::new(Field::new(self.function.name, returns, true)))
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let wants_dictionary = is_dictionary_of_text(args.return_field.data_type());
        let Some(varying) = args.args.iter().find_map(|value| match value {
            ColumnarValue::Array(array) if wants_dictionary => array.as_dictionary_opt::<Int32Type>().cloned(),
            _ => None,
        }) else {
            let arrays = args.args.iter().map(|value| value.to_array(args.number_rows)).collect::<Result<Vec<_>>>()?;
            let result: ArrayRef = Arc::new(self.over_rows(&arrays, args.number_rows)?);
            return Ok(ColumnarValue::Array(if wants_dictionary {
                cast(&result, &dictionary_of_text())?
            } else {
                result
            }));
        };
        let distinct = varying.values().as_string::<i32>();
        let constants = constants_of(&args.args);
        let values = match self.said.get(distinct, &constants) {
            Some(values) => values,
            None if distinct.len() > varying.len() => return self.over_sparse_dictionary(&args, &varying),
            None => {
                let arrays = args
                    .args
                    .iter()
                    .map(|value| match value {
                        ColumnarValue::Array(_) => Ok(Arc::clone(varying.values())),
                        ColumnarValue::Scalar(_) => value.to_array(distinct.len()),
                    })
                    .collect::<Result<Vec<_>>>()?;
                let values = self.over_rows(&arrays, distinct.len())?;
                // Most values are left as they are; the same memory then tells everybody downstream that they are.
                let is_as_before = values == *distinct && !values.iter().flatten().any(refusal::is_refused);
                let values = Arc::new(if is_as_before { distinct.clone() } else { values });
                self.said.put(distinct, constants, Arc::clone(&values));
                values
            }
        };
        // A null key is an absent argument, which a function may answer with a value of its own.
        if varying.null_count() > 0 && self.says_something_of_nothing(&args.args) {
            return self.over_sparse_dictionary(&args, &varying);
        }
        let result = DictionaryArray::try_new(varying.keys().clone(), values as ArrayRef)?;
        Ok(ColumnarValue::Array(Arc::new(result)))
    }
}

/// The constant arguments as one text, told apart by their lengths.
fn constants_of(arguments: &[ColumnarValue]) -> String {
    let mut text = String::new();
    for argument in arguments {
        if let ColumnarValue::Scalar(scalar) = argument {
            let scalar = scalar.to_string();
            text.push_str(&format!("{}:{scalar}", scalar.len()));
        } else {
            text.push('-');
        }
    }
    text
}

impl TextUdf {
    /// A batch that is smaller than its dictionary (the last of a file, the rest after a filter) is
    /// cheaper row by row.
    fn over_sparse_dictionary(
        &self,
        args: &ScalarFunctionArgs,
        varying: &DictionaryArray<Int32Type>,
    ) -> Result<ColumnarValue> {
        let rows = varying.len();
        let arrays = args.args.iter().map(|value| value.to_array(rows)).collect::<Result<Vec<_>>>()?;
        let result: ArrayRef = Arc::new(self.over_rows(&arrays, rows)?);
        Ok(ColumnarValue::Array(cast(&result, &dictionary_of_text())?))
    }

    fn says_something_of_nothing(&self, arguments: &[ColumnarValue]) -> bool {
        let texts: Vec<Option<String>> = arguments
            .iter()
            .map(|value| match value {
                ColumnarValue::Scalar(scalar) if !scalar.is_null() => Some(scalar.to_string()),
                _ => None,
            })
            .collect();
        let borrowed: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
        (self.function.apply)(&borrowed, &mut String::new()) != Answer::Nothing
    }

    fn over_rows(&self, arrays: &[ArrayRef], rows: usize) -> Result<StringArray> {
        let columns = arrays.iter().map(TextColumn::new).collect::<std::result::Result<Vec<_>, _>>()?;
        let mut builder = StringBuilder::with_capacity(rows, rows * 16);
        let mut out = String::new();
        let mut arguments: Vec<Option<&str>> = vec![None; columns.len()];
        for row in 0..rows {
            for (slot, column) in arguments.iter_mut().zip(&columns) {
                *slot = column.text(row);
            }
            if let Some(marked) = arguments.iter().flatten().find(|text| refusal::is_refused(text)) {
                // An inner function has refused already; its words are the ones to keep.
                builder.append_value(marked);
                continue;
            }
            out.clear();
            match (self.function.apply)(&arguments, &mut out) {
                Answer::Value => builder.append_value(&out),
                Answer::Nothing => builder.append_null(),
                Answer::Refused => {
                    let value = arguments.iter().flatten().next().copied().unwrap_or_default();
                    refusal::write(&mut out, self.function.name, value);
                    builder.append_value(&out);
                }
            }
        }
        Ok(builder.finish())
    }
}

/// An [`ArrayFunction`] in DataFusion's clothes.
pub(crate) struct ArrayUdf {
    function: ArrayFunction,
    signature: Signature,
}

impl ArrayUdf {
    pub(crate) fn new(function: ArrayFunction) -> Self {
        Self { function, signature: Signature::variadic_any(Volatility::Immutable) }
    }
}

impl std::fmt::Debug for ArrayUdf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ArrayUdf").field("name", &self.function.name).finish_non_exhaustive()
    }
}

impl PartialEq for ArrayUdf {
    fn eq(&self, other: &Self) -> bool {
        self.function.name == other.function.name
    }
}

impl Eq for ArrayUdf {}

impl Hash for ArrayUdf {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.function.name.hash(state);
    }
}

impl ScalarUDFImpl for ArrayUdf {
    fn name(&self) -> &str {
        &self.function.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _arguments: &[DataType]) -> Result<DataType> {
        Ok(self.function.returns.clone())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = args
            .args
            .iter()
            .map(|value| match value {
                ColumnarValue::Array(array) => Ok(Arc::clone(array)),
                ColumnarValue::Scalar(scalar) => scalar.to_array(),
            })
            .collect::<Result<Vec<_>>>()?;
        match (self.function.apply)(&arrays, args.number_rows) {
            Ok(array) => Ok(ColumnarValue::Array(array)),
            Err(reason) => exec_err!("{}: {reason}", self.function.name),
        }
    }
}
