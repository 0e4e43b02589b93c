//! `#[boxed]`: an async function that is compiled once, where it stands.
//!
//! The body of a plain `async fn` is compiled again by every crate that waits for it, with the bodies of all that it
//! waits for, down to the database's driver. A boxed one hands out a future whose insides nobody sees. It costs an
//! allocation for each call, so it is for the functions that a crate shows to others.

mod lifetimes;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::visit_mut::VisitMut;
use syn::{Error, GenericParam, ItemFn, Lifetime, ReturnType, parse_macro_input, parse_quote};

use lifetimes::{InArguments, InResult};

#[proc_macro_attribute]
pub fn boxed(arguments: TokenStream, function: TokenStream) -> TokenStream {
    let function = parse_macro_input!(function as ItemFn);
    if !arguments.is_empty() {
        return Error::new_spanned(&function.sig.ident, "#[boxed] takes no arguments")
            .to_compile_error()
            .into();
    }
    expand(function).unwrap_or_else(Error::into_compile_error).into()
}

fn expand(mut function: ItemFn) -> Result<Tokens, Error> {
    let signature = &mut function.sig;
    if signature.asyncness.take().is_none() {
        return Err(Error::new_spanned(&*signature, "only an async function is boxed"));
    }
    let mut named = Vec::new();
    for parameter in &signature.generics.params {
        match parameter {
            GenericParam::Lifetime(lifetime) => named.push(lifetime.lifetime.clone()),
            GenericParam::Type(_) | GenericParam::Const(_) => return Err(generic(parameter)),
        }
    }

    let mut arguments = InArguments::default();
    signature.inputs.iter_mut().for_each(|argument| arguments.visit_fn_arg_mut(argument));
    if let Some(argument) = arguments.generic {
        return Err(generic(argument));
    }
    let made = arguments.made;
    signature.generics.params.extend(made.iter().map(|lifetime| -> GenericParam { parse_quote!(#lifetime) }));
    named.extend(made);

    let mut result = InResult { of: arguments.receiver.or_else(|| one(&named)), homeless: None };
    if let ReturnType::Type(_, answer) = &mut signature.output {
        result.visit_type_mut(answer);
    }
    if let Some(lifetime) = result.homeless {
        return Err(Error::new_spanned(
            lifetime,
            "whose lifetime is this? Name it, here and among the arguments",
        ));
    }
    let answer = match &signature.output {
        ReturnType::Default => quote!(()),
        ReturnType::Type(_, answer) => quote!(#answer),
    };

    let lives = if named.is_empty() && !arguments.takes_self {
        quote!('static)
    } else {
        signature.generics.params.push(parse_quote!('boxed));
        let bounds = signature.generics.make_where_clause();
        bounds
            .predicates
            .extend(named.iter().map(|lifetime| -> syn::WherePredicate { parse_quote!(#lifetime: 'boxed) }));
        if arguments.takes_self {
            bounds.predicates.push(parse_quote!(Self: 'boxed));
        }
        quote!('boxed)
    };
    signature.output = parse_quote! {
        -> ::std::pin::Pin<::std::boxed::Box<
            dyn ::std::future::Future<Output = #answer> + ::std::marker::Send + #lives
        >>
    };
    let body = &function.block;
    function.block = parse_quote!({ ::std::boxed::Box::pin(async move #body) });
    Ok(quote!(#function))
}

fn one(named: &[Lifetime]) -> Option<Lifetime> {
    match named {
        [only] => Some(only.clone()),
        _ => None,
    }
}

fn generic(what: impl quote::ToTokens) -> Error {
    Error::new_spanned(what, "a generic function is compiled by whoever calls it, boxed or not")
}
