//! The types of a job in generated code: its arguments, and what it returns.
//!
//! The compiler checks each where it is used, at the user's own type. Everything else holds for any type, so that a wrong type is
//! one error, however often the job is used.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{ExprPath, ReturnType, Type};

use crate::ast::returned::Returned;
use crate::ast::spelling::ungrouped;
use crate::attr::value::OptionValue;
use crate::expand::fatal_if::converted_with_fatal_if;
use crate::span::{attribute_span, span_at};

use super::inputs::{self, Argument, Input};

/// Types that are valid arguments. They need no check.
const PRIMITIVES: [&str; 16] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "f32", "f64",
    "bool", "char",
];

/// Imports the traits whose constants apply where a type has no inherent constant of the same name.
pub(super) fn probing(inputs: &[Input]) -> TokenStream {
    let checked = inputs::arguments(inputs).any(|argument| !is_primitive(&argument.of_type));
    let extractors =
        checked.then(|| quote_spanned!(attribute_span()=> use __taskvisor::NotAnExtractor as _;));
    quote_spanned! {attribute_span()=>
        use __taskvisor::{NotAResult as _, NotSendable as _, NotShareable as _};
        #extractors
    }
}

/// The argument as it is passed to the function. An extractor under an alias is recognized here only, and would otherwise become a
/// field.
pub(super) fn passed(argument: &Argument, value: &TokenStream) -> TokenStream {
    let of_type = &argument.of_type;
    if is_primitive(of_type) {
        return value.clone();
    }
    let span = span_at(of_type.span());
    let is_extractor = quote_spanned!(span=> { <__taskvisor::Probe<#of_type>>::IS_EXTRACTOR });
    quote_spanned! {span=>
        <#of_type as __taskvisor::JobArgument<#is_extractor>>::sent(
            <#of_type as __taskvisor::NoExtractor<#is_extractor>>::checked(#value)
        )
    }
}

/// A clone of the argument. A type that breaks another rule is not reported again.
pub(super) fn cloned(argument: &Argument, value: &TokenStream) -> TokenStream {
    let of_type = &argument.of_type;
    let span = span_at(of_type.span());
    if is_primitive(of_type) {
        return quote_spanned!(span=> ::core::clone::Clone::clone(#value));
    }
    let is_reported = quote_spanned! {span=>
        { <__taskvisor::Probe<#of_type>>::IS_EXTRACTOR || !<__taskvisor::Probe<#of_type>>::IS_SHAREABLE }
    };
    quote_spanned!(span=> <#of_type as __taskvisor::ClonedArgument<#is_reported>>::cloned(#value))
}

/// The checks of the types alone, for a job with mistakes, whose function is not called.
pub(super) fn checks(inputs: &[Input], output: Option<&ReturnType>) -> TokenStream {
    let checked = inputs::arguments(inputs).filter(|argument| !is_primitive(&argument.of_type));
    let arguments = checked.map(|argument| {
        let cfgs = &argument.cfgs;
        let value = quote_spanned!(attribute_span()=> __taskvisor_argument());
        let (passed, cloned) = (passed(argument, &value), cloned(argument, &quote!(&#value)));
        quote!(#(#cfgs)* let _ = || { let _ = #passed; let _ = #cloned; };)
    });
    let returned = output.map(|output| {
        let converted = converted(output, None, &quote_spanned!(attribute_span()=> __taskvisor_argument()));
        quote!(let _ = || { let _ = #converted; };)
    });
    quote_spanned! {attribute_span()=>
        fn __taskvisor_argument<T>() -> T {
            ::core::unreachable!()
        }

        const _: fn() = || {
            #(#arguments)*
            #returned
        };
    }
}

/// Whether the function returns a result.
pub(super) fn is_result(output: &ReturnType) -> TokenStream {
    let Returned { span, type_tokens, .. } = Returned::read(output);
    let is_result = quote_spanned!(span=> <__taskvisor::Probe<#type_tokens>>::IS_RESULT);
    quote_spanned! {attribute_span()=>
        const __TASKVISOR_IS_RESULT: ::core::primitive::bool = #is_result;
    }
}

/// What the function returned, as the result of the attempt.
pub(super) fn converted(
    output: &ReturnType,
    fatal_if: Option<&OptionValue<ExprPath>>,
    call: &TokenStream,
) -> TokenStream {
    let Returned { span, type_tokens, .. } = Returned::read(output);
    let value = value(output);
    let convert = quote_spanned! {span=>
        <#type_tokens as __taskvisor::JobReturn<__TASKVISOR_IS_RESULT>>::into_job_result
    };
    let result = match fatal_if {
        Some(fatal_if) => {
            let is_result = quote_spanned!(span=> __TASKVISOR_IS_RESULT);
            converted_with_fatal_if(output, &is_result, fatal_if, call, &convert)
        }
        None => quote_spanned!(span=> #convert(#call)),
    };
    quote_spanned! {span=>
        {
            <#value as __taskvisor::JobValue>::check();
            #result
        }
    }
}

/// The type of the value. It begins and ends where the return type does, so that the compiler underlines all of that.
pub(super) fn value(output: &ReturnType) -> TokenStream {
    let Returned { span, type_tokens, .. } = Returned::read(output);
    let ends = match output {
        ReturnType::Default => None,
        ReturnType::Type(_, returned) => Some((returned.span(), last_span(returned.to_token_stream()))),
    };
    let (first, last) = ends.unwrap_or((span, span));
    let open = quote_spanned!(first=> <);
    let value = Ident::new("Value", last);
    quote_spanned!(span=> #open #type_tokens as __taskvisor::JobOutput<__TASKVISOR_IS_RESULT>>::#value)
}

fn last_span(tokens: TokenStream) -> Span {
    tokens.into_iter().last().map_or_else(attribute_span, |token| token.span())
}

/// The type parameter that stands for the value, and its bounds.
///
/// An associated type may not name a type that is less visible than the impl (E0446), not even as the error beside the value.
/// A `where` clause may, and it determines the type parameter.
pub(super) fn value_parameter(output: &ReturnType) -> (Ident, TokenStream) {
    let Returned { type_tokens, .. } = Returned::read(output);
    let value = Ident::new("__TaskvisorValue", attribute_span());
    let bounds = quote_spanned! {attribute_span()=>
        #value: 'static,
        #type_tokens: __taskvisor::JobOutput<__TASKVISOR_IS_RESULT, Value = #value>,
    };
    (value, bounds)
}

fn is_primitive(of_type: &Type) -> bool {
    let written = ungrouped(of_type).to_token_stream().to_string();
    PRIMITIVES.contains(&written.as_str())
}
