//! All that these pages say. Another language is another value of [`Texts`].

macro_rules! texts {
    (pages { $($name:ident = $text:literal;)+ } words { $($word:ident = $said:literal;)+ }) => {
        pub struct Texts {
            $(pub $name: &'static str,)+
            /// What the script says, by name.
            pub words: &'static [(&'static str, &'static str)],
        }

        pub const ENGLISH: Texts = Texts {
            $($name: $text,)+
            words: &[$((stringify!($word), $said),)+],
        };
    };
}

texts! {
    pages {
        language = "en";
        skip = "Skip to the content";
        script_needed = "This page signs you in with the help of JavaScript, and your browser does not run it. Turn JavaScript on for this address and load the page again.";
        no_shop = "There is no shop here";
        no_shop_lead = "No shop answers at this address. Check how it is written, or ask whoever gave it to you.";

        email = "E-mail address";
        password = "Password";
        new_password = "New password";
        current_password = "Current password";
        name = "Name";
        show = "Show";
        code = "Code";
        code_hint = "Six digits, from the app on your phone";
        back = "Back";
        cancel = "Cancel";

        sign_in = "Sign in";
        sign_in_customer = "Good to see you again.";
        sign_in_staff = "For those who work here.";
        sign_in_operator = "For those who run the platform.";
        signing_in_as = "Signing in as";
        recovery_instead = "Use a recovery code instead";
        use_passkey = "Use a passkey";
        forgotten_link = "Forgot your password?";
        sign_up_link = "Create an account";
        staff_link = "Sign in as staff";
        customer_link = "Sign in as a customer";

        sign_up = "Create an account";
        sign_up_lead = "We send you an e-mail with a link. Open it to choose a password, then sign in.";
        send_letter = "Send me the e-mail";
        letter_sent = "Check your inbox";
        sign_up_sent = "An e-mail is on its way to the address that you gave. Its link is valid for seven days.";
        have_account = "I have an account";
        again = "It did not come? Try again";
        not_here = "There is nothing to sign up for here";
        not_here_lead = "This is where those who run the platform sign in. Accounts for them are made by one of them.";

        choose_password = "Choose a password";
        choose_password_lead = "It is for you alone: nobody here can read it.";
        password_hint = "8 characters at least. A few words that only you would put together are easy to remember and hard to guess.";
        set_password = "Set the password";
        password_set = "Your password is set";
        password_set_lead = "You can sign in with it now. Wherever you were signed in before, you are not any more.";
        link_broken = "This link is not whole";
        link_broken_lead = "A part of it is missing. Open it again from the e-mail, or have a new e-mail sent to you.";

        forgotten = "A new password";
        forgotten_lead = "Enter the address of your account. We send you an e-mail with a link, with which you choose a new password.";
        forgotten_sent = "If there is an account with this address, an e-mail is on its way to it. Its link is valid for one hour.";
        new_letter = "Send me a new e-mail";

        account = "Your account";
        sign_out = "Sign out";
        loading = "Loading your account";
        try_again = "Try again";
        roles = "Roles";
        save = "Save";
        sessions = "Where you are signed in";
        sessions_lead = "End what you do not know, and then change your password.";
        this_one = "This one";
        end = "End";
        end_others = "End all others";
        no_others = "You are signed in nowhere else.";
        change_password = "Change your password";
        change_password_lead = "Wherever else you are signed in, you are signed out then.";
        app = "App that shows codes";
        app_none = "With an app, signing in takes a code that only your phone shows. Whoever learns your password then still does not get in.";
        app_there = "Signing in takes a code of your app.";
        recovery_left = "Recovery codes that are left:";
        add_app = "Add an app";
        remove_app = "Remove the app";
        new_recovery = "Make new recovery codes";
        scan = "Scan this with the app. Then type the code that it shows.";
        scan_picture = "QR code for the app that shows codes";
        open_app = "Open the app on this device";
        typed = "Or type this into the app:";
        copy = "Copy";
        confirm_app = "Confirm";
        recovery = "Your recovery codes";
        recovery_lead = "Each is good once, when you do not have your phone. They are shown this one time: print them, or copy them to where you keep passwords.";
        print = "Print";
        kept = "I have kept them";
        passkeys = "Passkeys";
        passkeys_lead = "A passkey signs you in with your finger, your face or the lock of your device. There is nothing to type, and nothing to steal.";
        no_passkeys = "You have none yet.";
        passkey_name = "What to call it";
        add_passkey = "Add a passkey";
        remove = "Remove";

        prove = "Once more, please";
        prove_lead = "This cannot be undone easily. Prove that it is you.";
        prove_now = "Go on";
        sure = "Are you sure?";
    }
    words {
        needed = "Fill this in.";
        offline = "The shop cannot be reached. Check your connection, and try again.";
        broken = "Something went wrong. Try again in a moment.";
        slow_down = "That was too often. Wait a moment, and try again.";
        code = "Code";
        code_hint = "Six digits, from the app on your phone";
        code_instead = "Use the app instead";
        recovery = "Recovery code";
        recovery_hint = "One of those that you kept when you added the app; each is good once";
        recovery_instead = "Use a recovery code instead";
        code_next = "The password is right. Now type the code of your app.";
        outside = "Continue with {}";
        outside_failed = "That way of signing in did not work. Try it again, or use another way.";
        passkey_failed = "No passkey was used. Try it again, or use another way.";
        short = "{} more, please: 8 characters at least.";
        plain = "It repeats itself, or only counts up or down.";
        enough = "Long enough. A few words more would make it harder to guess.";
        long = "That is long, and hard to guess as long as you use it nowhere else.";
        saved = "Saved.";
        ended = "The session has ended.";
        others_ended = "All other sessions have ended.";
        password_changed = "Your password is changed.";
        app_added = "The app counts from now on.";
        app_removed = "The app is removed.";
        passkey_added = "The passkey is added.";
        passkey_removed = "The passkey is removed.";
        copied = "Copied.";
        not_copied = "Your browser does not let this page copy. Select the text, and copy it yourself.";
        seen = "Last seen {}";
        signed_in = "Signed in {}";
        added = "Added {}";
        used = "last used {}";
        program = "A program";
        device = "{} on {}";
        browser = "A browser";
        end_which = "End: {}";
        remove_which = "Remove: {}";
        unverified = "not confirmed yet";
        sure_app = "Without the app, your password alone lets you in. Its recovery codes are gone, too.";
        sure_codes = "The recovery codes that you have now are not good any more.";
        sure_others = "Wherever else you are signed in, you have to sign in again.";
        sure_passkey = "This passkey does not let you in any more.";
    }
}
