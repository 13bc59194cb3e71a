//! Ringback 回铃: receives the callbacks of phone platforms, stores each durably, shows every call.
//!
//! The architecture: the rooms, what each may use, and the invariants with their tests. `README.md` and
//! `docs/` describe the program from outside. `cargo doc` checks the links here, `tests/tidy/` the names of
//! files and tests.
//!
//! # Bird's-eye view
//!
//! Phone platforms send callbacks over HTTPS during calls. Ringback stores each callback, answers it as
//! its platform expects, and joins callbacks into calls.
//!
//! **The journal is the source; the store is computed from it.** A callback is acknowledged once its
//! bytes, exactly as received, are in an append-only file and `fdatasync` has returned. One thread then
//! computes calls, indexes and counters into a directory that may be deleted while the program is stopped.
//!
//! ```text
//!  socket ─ TLS ─ route ─ capped body ─ verify ─ decode ─┬─ notice ────────────► journal ─ ack
//!                                                        └─ question ─ control ► journal ─ answer
//!  journal ─ projector ─ correlate ─ store ─► pages, API, command line
//! ```
//!
//! There are three logs of the same kind: the journal (what platforms sent), the state (apps, users,
//! tokens) and the bindings (who reaches whom through which number). The same code reads all three, and
//! none is computed from anything else.
//!
//! # Code map
//!
//! | room | what it is | begin reading at |
//! | --- | --- | --- |
//! | [`domain`] | telephony's terms as types: no I/O, no clock, no serde | [`domain::Callback`], [`domain::Call`] |
//! | [`platforms`] | one folder a platform: what it sends, how it signs, what answer it expects | [`platforms::Provider`] |
//! | [`journal`] | append-only segments of JSON lines, each with its checksum | [`journal::Journal`], [`journal::Rewrite`], [`journal::Compact`], [`journal::FileJournal`] |
//! | [`state`] | what people configure: apps, users, tokens, logins | [`state::State`] |
//! | [`correlate`] | events and records become calls; pure | [`correlate::join()`] |
//! | [`store`] | what is computed from the journal, and its queries | [`store::Store`], [`store::Writer`] |
//! | [`bindings`] | who reaches whom through which privacy number, among millions | [`bindings::Bindings::find`] |
//! | [`control`] | decisions on platforms' questions while the phone rings | [`control::Control::decide`], [`control::Answers`] |
//! | [`ingest`] | the one write path, from a callback to its answer | [`ingest::Ingest::receive`] |
//! | [`audit`] | who did what, and who looked at what | [`audit::Audit::record`] |
//! | [`mod@export`] | rows as files: CSV, workbooks, JSON lines | [`export::Rows`] |
//! | [`evidence`] | one ZIP with everything about one call | [`evidence::gather`], [`evidence::Folder`] |
//! | [`outgoing`] | the one HTTPS client: roots compiled in, bounds on time and size, no redirects | [`outgoing::Client::send`] |
//! | [`oidc`] | logins at the company's own provider (OpenID Connect) | [`oidc::Oidc::begin`] |
//! | [`projector`] | journal to store, one thread | [`projector::project`] |
//! | [`retention`] | what is kept for how long, and the runs that remove the rest | [`retention::Retention`] |
//! | [`erasure`] | removes everything of one person; counts stay | [`erasure::Erasure`] |
//! | [`service`] | every operation for pages, API and commands: rights, audit entry, act | [`service::Context`], [`service::ServiceError`] |
//! | [`http`] | the server, its addresses, the API and the pages | [`http::routes`] |
//! | [`run`](mod@run) | the server process: opens everything in order, drains on shutdown | [`run::Running`] |
//! | [`cli`] | one file a command | [`cli::run`] |
//! | [`config`] | the configuration file and flags | [`config::Config::from_toml`] |
//! | [`simulator`] | plays a platform for the demo, tests and benchmarks | [`simulator::play()`], [`simulator::generate`] |
//! | [`limits`] | every bound, with its reason | |
//! | [`clock`] | the only place that reads the time | [`clock::Clock`] |
//! | [`error_chain`] | an error with its causes, as one line | [`error_chain::Chain`] |
//!
//! Beside `src/`: `templates/admin/` mirrors [`http::admin`]; `static/` is embedded by
//! [`http::transport::assets`], `docs/` by the Help pages (`src/http/admin/help/documents.rs`);
//! `tests/tidy/` checks the rules of this page; `tests/it/` drives the executable from outside,
//! `tests/browser/` in a real Chromium; `benches/` measures.
//!
//! # Allowed dependencies
//!
//! | room | may use |
//! | --- | --- |
//! | [`domain`] | nothing |
//! | [`limits`], [`clock`], [`error_chain`] | nothing; every room but [`domain`] may use them |
//! | [`correlate`], [`journal`] | [`domain`] |
//! | [`config`] | [`domain`], [`platforms`] |
//! | [`mod@export`] | [`domain`] |
//! | [`outgoing`] | [`domain`] |
//! | [`platforms`] | [`domain`], [`outgoing`] |
//! | [`oidc`] | [`domain`], [`config`], [`outgoing`] |
//! | [`store`] | [`domain`], [`correlate`], [`platforms`] |
//! | [`state`] | [`domain`], [`platforms`], [`journal`] |
//! | [`audit`], [`bindings`], [`control`], [`projector`], [`ingest`] | the rooms above; [`projector`] also [`audit`], [`control`] also [`bindings`] and [`outgoing`], [`ingest`] also [`control`] |
//! | [`retention`], [`erasure`] | the rooms above; [`erasure`] also [`retention`] |
//! | [`evidence`] | [`domain`], [`journal`]: nothing computed from it |
//! | [`simulator`] | [`domain`], [`platforms`]: never a data directory |
//! | [`service`] | the rooms above |
//! | [`http`] | [`service`] and the rooms above, but not [`correlate`], [`config`], [`simulator`] |
//! | [`cli`], [`run`](mod@run) | everything |
//!
//! Some crates are used in one place only: sled in `src/store/kv.rs`, warp and askama in [`http`], TLS
//! clients in [`outgoing`], XML in [`platforms`], anyhow in [`cli`]. `tests/tidy/` checks both rules, and
//! that only [`run`](mod@run) uses [`journal::FileJournal`]: other code takes a trait, so that it works with
//! a log that other processes write too.
//!
//! [`platforms`] uses no file and no socket, so decoders can be fuzzed; [`journal`] knows no platform;
//! [`store`] knows no HTTP; only [`ingest`] appends callbacks.
//!
//! # Invariants and their tests
//!
//! 1. **Nothing is acknowledged before it is durable, and no callback is dropped because it cannot be
//!    decoded.** `twenty_kills_under_load_lose_nothing_and_double_nothing`
//!    (`tests/it/crash.rs`); `a_provider_that_panics_loses_nothing` (`src/ingest/tests.rs`);
//!    `after_a_failed_sync_the_segment_is_never_written_again_and_no_number_is_used_twice`
//!    (`src/journal/tests/faults.rs`).
//! 2. **A copy of the data directory, taken at any moment by any tool, restores every callback
//!    acknowledged before the copy began.**
//!    `ten_copies_under_load_each_start_and_hold_what_was_acknowledged` (`tests/it/copies.rs`);
//!    `cp_of_a_busy_journal_holds_what_was_acknowledged` (`src/journal/tests/copying.rs`).
//! 3. **A deleted store is rebuilt with the same content.** `a_broken_store_is_made_anew`
//!    (`tests/it/damage.rs`); `any_order_any_repeats_and_any_restarts_give_the_same_calls`
//!    (`src/store/tests/model.rs`).
//! 4. **One process at a time writes a data directory.**
//!    `a_second_process_is_refused_and_the_first_is_not_disturbed` and
//!    `a_removed_lock_lets_no_second_server_in` (`tests/it/damage.rs`).
//! 5. **The bounds of queues, bodies, loops, pages and headers are in [`limits`], with their reasons.**
//!    `every_bound_is_used` (`tests/tidy/main.rs`).
//! 6. **Phone numbers, session ids and secrets print masked; code needs `.reveal()` to read them.**
//!    `a_number_prints_itself_masked` (`src/domain/number.rs`);
//!    `a_session_id_hides_the_phone_numbers_in_it` (`src/domain/ids.rs`);
//!    `a_viewer_sees_no_whole_number_anywhere` (`tests/it/access.rs`).
//! 7. **A question always gets a well-formed answer, and a repeated question the same answer, even
//!    after a restart.** `questions_get_the_decision_in_the_form_of_the_app_and_the_same_after_a_restart`
//!    (`tests/it/answers.rs`); `everyone_who_asks_while_it_is_decided_gets_the_one_answer`
//!    (`src/control/answers.rs`).
//! 8. **Pages, API and commands use the same services.** The command line calls
//!    [`http::control_routes`], over a socket or in memory; `both_ways_refuse_alike`
//!    (`src/cli/tests.rs`).
//! 9. **Revealing a number or changing something is audited first, and the audit trail is
//!    tamper-evident.** A service that changes something takes a [`state::Author`] with the audit entry,
//!    which is written after the change is checked and durable before it is made.
//!    `numbers_are_masked_for_everybody_until_a_page_is_revealed_and_that_is_on_record`
//!    (`src/http/admin/tests/rights.rs`);
//!    `where_nothing_can_be_put_on_record_no_address_changes_anything`
//!    (`src/http/api/tests/record.rs`);
//!    `where_nothing_can_be_put_on_record_no_form_changes_anything`
//!    (`src/http/admin/tests/record.rs`);
//!    `whatever_was_changed_when_the_power_went_is_on_record` (`tests/it/crash.rs`);
//!    `what_was_done_is_found_by_a_command_and_any_change_of_it_by_verify` (`tests/it/access.rs`).
//! 10. **No bytes make a decoder panic.** `arbitrary_bytes_are_read_or_refused`
//!     (`src/platforms/tests.rs`).
//! 11. **Missing acknowledged records are reported by their numbers, and no number is given out
//!     twice.** `a_journal_that_lost_its_end_is_told_everywhere_and_uses_no_number_again`
//!     (`tests/it/damage.rs`); `a_copy_in_the_worst_order_is_no_loss_and_its_damage_is_one`
//!     (`src/journal/tests/missing.rs`).
//! 12. **No code assumes that it is a log's only writer.** A decision made from a log is appended only if
//!     nothing came after what was read; otherwise it is made again.
//!     `several_writers_make_one_chain` (`src/audit/tests.rs`);
//!     `names_and_ids_are_given_once_whoever_gives_them` (`src/state/tests/others.rs`);
//!     `of_two_writers_who_bind_the_same_only_the_first_does` (`src/bindings/tests.rs`);
//!     `of_two_writers_who_decide_one_question_the_first_in_the_journal_is_right`
//!     (`src/control/answers.rs`); `records_that_are_appended_together_have_none_between_them`
//!     (`src/journal/tests/order.rs`).
//!
//! # One callback, from the socket to the page
//!
//! A caller dials a privacy number, and the platform sends a callback.
//!
//! 1. [`http::transport::server::Server`] accepts the connection with a permit and spawns a task.
//!    `src/http/transport/connection.rs` makes the TLS handshake under a deadline and serves requests until
//!    `src/http/transport/activity.rs` ends the connection.
//! 2. [`http::routes`] is the table of all addresses; `POST /callbacks/{token}` is the first row.
//!    `src/http/callbacks.rs` looks up the token and the allowed sources in [`state::State`] and reads the
//!    body with `http::body::read` (`src/http/transport/body.rs`), the only way to read a body.
//! 3. It passes a [`domain::Callback`] to [`ingest::Ingest::receive`], which spawns a task: a platform
//!    that hangs up does not cancel it.
//! 4. `src/ingest/reading.rs` decodes it: [`platforms::Provider::verify`] checks the signature,
//!    [`platforms::admit`] makes a [`platforms::Verified`] or refuses, and only a [`platforms::Verified`]
//!    can be passed to [`platforms::Provider::decode`].
//! 5. A notice is answered by [`platforms::Provider::ack`]. For a question [`control::Answers::ask`]
//!    returns the earlier answer, or lets the first request call [`control::Control::decide`] while
//!    repeats wait for the same bytes.
//! 6. [`journal::Journal::append`] writes the [`journal::CallbackRecord`], answer included, as one line.
//!    It waits in `src/journal/queue.rs`; `src/journal/committer.rs` writes everything that waits, syncs
//!    once, and replies to every waiter.
//! 7. Only now the answer is sent as the response.
//! 8. [`projector::Projector`] sees the new durable number and reads the record from the journal, never
//!    from memory; [`projector::project`] decodes it again into [`store::Applied`], as it does records
//!    of older versions.
//! 9. [`store::Writer::apply`] finds each item's call by [`correlate::call_id`], adds the item to its
//!    [`correlate::Facts`], computes the [`domain::Call`] with [`correlate::join()`], and updates the
//!    hour's counters. Readers see it at once; a checkpoint writes it to sled. `src/store/seal.rs` moves
//!    the oldest rows into segment files (`src/store/segment/mod.rs`).
//! 10. A browser asks for `/calls/{id}`. [`http::admin`] checks the login and calls
//!     `src/http/admin/calls/page.rs`, which takes the call from [`store::Store::call`] and its bodies
//!     from [`journal::Journal::get`]; `src/http/admin/calls/ladder.rs` draws both legs. [`http::api`]
//!     serves the same call; `src/domain/masking/mod.rs` masks the numbers if the role requires it.
//!
//! # Where to start a change
//!
//! - **Another platform:** a folder in [`platforms`], with its products, and two lines in
//!   `src/platforms/mod.rs`. The contract tests read its tables.
//! - **Another page:** a file in [`http::admin`], a template at the mirrored path, a row in the address
//!   table.
//! - **Another change that people make:** a function in [`service`] that takes an actor, and a row in
//!   `src/audit/action.rs` with its name, the rights it takes and its label.
//! - **Another API endpoint:** a handler in [`http::api`] and a row in `src/http/api/endpoints/` with its
//!   description and its audit action, or its rights if it only reads.
//! - **Another value with a name for programs and a word for people:** a row of its `vocabulary!`
//!   (`src/domain/named.rs`).
//! - **Another command:** a file in [`cli`] that calls the API.
//! - **Another list filter:** a row in the table in `src/store/lists/mod.rs` and the files beside it
//!   (bindings: `src/bindings/filters.rs`), which defines parameter, flag, input, label, index and
//!   comparison. **Another column:** a row in `src/export/columns.rs`.
//! - **Another metric:** its definition in [`domain::metrics`], shown by page, API and command, and a
//!   counter in `src/store/hours.rs`, updated as calls change, so that no page scans.

pub mod audit;
pub mod bindings;
pub mod cli;
pub mod clock;
pub mod config;
pub mod control;
pub mod correlate;
pub mod domain;
pub mod erasure;
pub mod error_chain;
pub mod evidence;
pub mod export;
pub mod http;
pub mod ingest;
pub mod journal;
pub mod limits;
pub mod oidc;
pub mod outgoing;
pub mod platforms;
pub mod projector;
pub mod retention;
pub mod run;
pub mod service;
pub mod simulator;
pub mod state;
pub mod store;
