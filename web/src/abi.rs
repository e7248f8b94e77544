//! The entries as JavaScript calls them. The one idea to know: how bytes get in and out is the business of `border/`; here stand the names. This is the
//! only file of the crate with `unsafe`.

use crate::entries;

gradus_border::entries! {
    entries:
    open
    ask
    panic
}
