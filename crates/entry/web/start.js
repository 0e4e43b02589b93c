const pages = { "sign-in": signIn, "sign-up": signUp, password, forgotten, account };

passwords();
await pages[document.body.dataset.page]?.();
document.documentElement.dataset.ready = "";
