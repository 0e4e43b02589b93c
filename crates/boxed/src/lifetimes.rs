//! The lifetimes that a signature leaves out, which the future's own must not outlive, so each gets a name.

use proc_macro2::Span;
use syn::visit_mut::{self, VisitMut};
use syn::{
    FnArg, Lifetime, ParenthesizedGenericArguments, Receiver, Type, TypeBareFn, TypeImplTrait, TypeReference,
};

/// Names those among the arguments.
#[derive(Default)]
pub(crate) struct InArguments {
    pub(crate) made: Vec<Lifetime>,
    /// That of `&self`.
    pub(crate) receiver: Option<Lifetime>,
    /// `self`, by value.
    pub(crate) takes_self: bool,
    /// An argument of a type that the caller chooses.
    pub(crate) generic: Option<TypeImplTrait>,
}

impl InArguments {
    fn name(&mut self) -> Lifetime {
        let lifetime = Lifetime::new(&format!("'of_{}", self.made.len()), Span::call_site());
        self.made.push(lifetime.clone());
        lifetime
    }
}

impl VisitMut for InArguments {
    fn visit_fn_arg_mut(&mut self, argument: &mut FnArg) {
        match argument {
            FnArg::Receiver(receiver) => self.visit_receiver_mut(receiver),
            FnArg::Typed(typed) => self.visit_type_mut(&mut typed.ty),
        }
    }

    fn visit_receiver_mut(&mut self, receiver: &mut Receiver) {
        if let (Some(_), Type::Reference(own)) = (receiver.colon_token, &mut *receiver.ty) {
            self.visit_type_reference_mut(own);
            self.receiver = own.lifetime.clone();
            return;
        }
        let Some((_, lifetime)) = &mut receiver.reference else {
            self.takes_self = true;
            return;
        };
        let named = lifetime.take().filter(|lifetime| lifetime.ident != "_").unwrap_or_else(|| self.name());
        *lifetime = Some(named.clone());
        self.receiver = Some(named);
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            reference.lifetime = Some(self.name());
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.name();
        }
    }

    fn visit_type_impl_trait_mut(&mut self, argument: &mut TypeImplTrait) {
        self.generic = Some(argument.clone());
    }

    // What a function takes that is handed in lives as long as each call of it.
    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {}
    fn visit_type_bare_fn_mut(&mut self, _: &mut TypeBareFn) {}
}

/// Fills in those of the result: `&self`'s, or the only one that there is.
pub(crate) struct InResult {
    pub(crate) of: Option<Lifetime>,
    pub(crate) homeless: Option<Lifetime>,
}

impl InResult {
    fn fill(&mut self, lifetime: &Lifetime) -> Lifetime {
        self.of.clone().unwrap_or_else(|| {
            self.homeless = Some(lifetime.clone());
            lifetime.clone()
        })
    }
}

impl VisitMut for InResult {
    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        if reference.lifetime.is_none() {
            let here = Lifetime::new("'_", reference.and_token.span);
            reference.lifetime = Some(self.fill(&here));
        }
        visit_mut::visit_type_reference_mut(self, reference);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self.fill(lifetime);
        }
    }

    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut ParenthesizedGenericArguments) {}
    fn visit_type_bare_fn_mut(&mut self, _: &mut TypeBareFn) {}
}
