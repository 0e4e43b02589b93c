//! Every way in which a page or a theme says no by itself. All else is refused by the context that decides it, and a theme
//! by its fields, as `invalid`.

kernel::refusals! {
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum Refusal {}
}
