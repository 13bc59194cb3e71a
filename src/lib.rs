//! Ringback 回铃: receives the callbacks of phone platforms, loses none, shows every call.
//!
//! A map for whoever opens the source for the first time. What the program is from outside is in
//! `README.md` and `docs/`; here is how it is made, where what stands, and what may be relied upon. Links
//! are checked by `cargo doc`, names of files and tests by `tests/tidy/`.
//!
//! # Bird's-eye view
//!
//! Phone platforms call back over HTTPS while calls happen. Ringback keeps each callback, answers
//! it as its platform expects, and joins callbacks into calls.
//!
//! **The journal is the truth; the store is what we know from it.** A callback is acknowledged
//! once its bytes, exactly as received, stand in an append-only file and `fdatasync` has returned.
//! Calls, indexes and counters are computed from that file afterwards, by one thread, into a
//! directory that may be deleted at any time.
//!
//! ```text
//!  socket ─ TLS ─ route ─ capped body ─ verify ─ decode ─┬─ notice ────────────► journal ─ ack
//!                                                        └─ question ─ control ► journal ─ answer
//!  journal ─ projector ─ correlate ─ store ─► pages, API, command line
//! ```
//!
//! There are three logs of the same kind: the journal has what platforms sent, the state has what
//! people set (apps, users, tokens), and the bindings have who reaches whom through which number.
//! All are read by the same code, and none is ever computed from anything else.
//!
//! # Code map
//!
//! | room | what it is | begin reading at |
//! | --- | --- | --- |
//! | [`domain`] | the field's own words as types: no I/O, no clock, no serde | [`domain::Callback`], [`domain::Call`] |
//! | [`platforms`] | one folder a platform: what it sends, how it signs, what it expects to hear | [`platforms::Provider`] |
//! | [`journal`] | append-only segments of JSON lines, each with its checksum | [`journal::Journal`], [`journal::Rewrite`], [`journal::Compact`], [`journal::FileJournal`] |
//! | [`state`] | what people set: apps, users, tokens, logins | [`state::State`] |
//! | [`correlate`] | events and records become calls; pure | [`correlate::join()`] |
//! | [`store`] | what is known from the journal, and how it is found again | [`store::Store`], [`store::Writer`] |
//! | [`bindings`] | who reaches whom through which privacy number, found among millions | [`bindings::Bindings::find`] |
//! | [`control`] | answers to what a platform asks while the phone rings | [`control::Control::decide`], [`control::Answers`] |
//! | [`ingest`] | the one write path, from a callback to its answer | [`ingest::Ingest::receive`] |
//! | [`audit`] | who did what, and who looked at what | [`audit::Audit::record`] |
//! | [`mod@export`] | rows as files: CSV, workbooks, JSON lines | [`export::Rows`] |
//! | [`evidence`] | one ZIP with all there is about one call | [`evidence::gather`], [`evidence::Folder`] |
//! | [`outgoing`] | the one HTTPS client: roots compiled in, bounds on time and size, no redirects | [`outgoing::Client::send`] |
//! | [`oidc`] | logins at the company's own provider: who somebody is there | [`oidc::Oidc::begin`] |
//! | [`projector`] | journal to store, one thread | [`projector::project`] |
//! | [`retention`] | what is kept for how long, and the runs that make room | [`retention::Retention`] |
//! | [`erasure`] | everything of one person leaves; counts stay | [`erasure::Erasure`] |
//! | [`service`] | what can be done, whoever asks: rights, the entry in the trail, the act | [`service::Context`], [`service::ServiceError`] |
//! | [`http`] | the server, its addresses, the API and the pages | [`http::routes`] |
//! | [`run`](mod@run) | the appliance: everything opened in its order, until told to stop | [`run::Running`] |
//! | [`cli`] | one file a command | [`cli::run`] |
//! | [`config`] | what a person may write, and what the program needs | [`config::Config::from_toml`] |
//! | [`simulator`] | the platform side: for the demo, tests and benchmarks | [`simulator::play()`], [`simulator::generate`] |
//! | [`limits`] | every bound, with its reason | |
//! | [`clock`] | the only place that asks what time it is | [`clock::Clock`] |
//! | [`error_chain`] | an error with its causes, as one line | [`error_chain::Chain`] |
//!
//! Beside `src/`: `templates/admin/` mirrors [`http::admin`]; `static/` is embedded by
//! [`http::transport::assets`], `docs/` by the Help pages (`src/http/admin/help/documents.rs`);
//! `tests/tidy/` holds the rules of this page; `tests/it/` drives the executable from outside;
//! `tests/browser/` does so in a real Chromium; `benches/` measures.
//!
//! # Who may name whom
//!
//! | room | may name |
//! | --- | --- |
//! | [`domain`] | nothing |
//! | [`limits`], [`clock`], [`error_chain`] | nothing; everyone but [`domain`] may name them |
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
//! | [`evidence`] | [`domain`], [`journal`]: not what was computed from it |
//! | [`simulator`] | [`domain`], [`platforms`]: never a data directory |
//! | [`service`] | the rooms above |
//! | [`http`] | [`service`] and the rooms above, but not [`correlate`], [`config`], [`simulator`] |
//! | [`cli`], [`run`](mod@run) | everything; each part is passed only what it needs |
//!
//! Outside crates have one home as well: sled only in `src/store/kv.rs`, warp and askama only in
//! [`http`], TLS towards others in [`outgoing`], XML in [`platforms`], anyhow in [`cli`].
//! `tests/tidy/` has both tables as data and fails on a name that is not allowed. It also sees to it
//! that only [`run`](mod@run) names [`journal::FileJournal`]: everybody else takes a trait, and works
//! with a log that others write as well.
//!
//! What is absent is as much a decision: [`platforms`] knows no file and no socket, so a decoder
//! can be fed with anything; [`journal`] knows no platform, so no new one can harm it; [`store`]
//! knows no HTTP; and nothing but [`ingest`] appends a callback.
//!
//! # Invariants, and the test that holds each
//!
//! 1. **Nothing is acknowledged before it is durable, and nothing received is dropped because it
//!    was not understood.** `twenty_kills_under_load_lose_nothing_and_double_nothing`
//!    (`tests/it/crash.rs`); `a_provider_that_panics_loses_nothing` (`src/ingest/tests.rs`);
//!    `after_a_failed_sync_the_segment_is_never_written_again_and_no_number_is_used_twice`
//!    (`src/journal/tests/faults.rs`).
//! 2. **A copy of the data directory, taken at any moment by any tool, restores every callback
//!    acknowledged before the copy began.**
//!    `ten_copies_under_load_each_start_and_hold_what_was_acknowledged` (`tests/it/copies.rs`);
//!    `cp_of_a_busy_journal_holds_what_was_acknowledged` (`src/journal/tests/copying.rs`).
//! 3. **The store may be deleted and comes back the same.** `a_broken_store_is_made_anew`
//!    (`tests/it/damage.rs`); `any_order_any_repeats_and_any_restarts_give_the_same_calls`
//!    (`src/store/tests/model.rs`).
//! 4. **One process at a time writes a data directory.**
//!    `a_second_process_is_refused_and_the_first_is_not_disturbed` and
//!    `a_removed_lock_lets_no_second_server_in` (`tests/it/damage.rs`).
//! 5. **Every queue, body, loop, page and header has its bound in [`limits`], with the reason.**
//!    `every_bound_is_used` (`tests/tidy/main.rs`).
//! 6. **A phone number, a session id or a secret prints itself masked; seeing it takes
//!    `.reveal()`.** `a_number_prints_itself_masked` (`src/domain/number.rs`);
//!    `a_session_id_hides_the_phone_numbers_in_it` (`src/domain/ids.rs`);
//!    `a_viewer_sees_no_whole_number_anywhere` (`tests/it/access.rs`).
//! 7. **A question always gets a well-formed answer, and a repeated one the same answer, also
//!    after a restart.** `questions_get_the_decision_in_the_form_of_the_app_and_the_same_after_a_restart`
//!    (`tests/it/answers.rs`); `everyone_who_asks_while_it_is_decided_gets_the_one_answer`
//!    (`src/control/answers.rs`).
//! 8. **A page, the API and a command do the same through the same service.** The command line
//!    asks [`http::control_routes`], over a socket or in memory; `both_ways_refuse_alike`
//!    (`src/cli/tests.rs`).
//! 9. **What shows a number whole, and what changes something, is on record first, and the record
//!    shows any change of itself.** A service that changes something takes a [`state::Author`], which
//!    carries the entry: written after the change was checked, durable before it is made.
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
//! 11. **What was acknowledged and is not there is said, by its numbers, and none is given out
//!     twice.** `a_journal_that_lost_its_end_is_told_everywhere_and_uses_no_number_again`
//!     (`tests/it/damage.rs`); `a_copy_in_the_worst_order_is_no_loss_and_its_damage_is_one`
//!     (`src/journal/tests/missing.rs`).
//! 12. **Nobody above the journal is its only writer.** What is decided from a log is taken only where
//!     nothing came after what was read of it, and else decided again.
//!     `several_writers_make_one_chain` (`src/audit/tests.rs`);
//!     `names_and_ids_are_given_once_whoever_gives_them` (`src/state/tests/others.rs`);
//!     `of_two_writers_who_bind_the_same_only_the_first_does` (`src/bindings/tests.rs`);
//!     `of_two_writers_who_decide_one_question_the_first_in_the_journal_is_right`
//!     (`src/control/answers.rs`); `records_that_are_appended_together_have_none_between_them`
//!     (`src/journal/tests/order.rs`).
//!
//! # One callback, from the socket to the page
//!
//! A caller dials a privacy number, and the platform says so.
//!
//! 1. [`http::transport::server::Server`] accepts the connection, with a permit, and gives it a task of its
//!    own. `src/http/transport/connection.rs` makes the TLS handshake there, under a deadline, and serves
//!    requests until `src/http/transport/activity.rs` says that the connection has had its time.
//! 2. [`http::routes`] is the table of all addresses; `POST /callbacks/{token}` is the first row.
//!    `src/http/callbacks.rs` asks [`state::State`] whose token it is, who may call from where, and
//!    reads the body through `http::body::read` (`src/http/transport/body.rs`), which is the only way a body is read.
//! 3. It hands a [`domain::Callback`] to [`ingest::Ingest::receive`]. From here on a task of its
//!    own carries it: a platform that hangs up does not undo it.
//! 4. `src/ingest/reading.rs` finds out what it is. [`platforms::Provider::verify`] looks at the
//!    signature, [`platforms::admit`] makes a [`platforms::Verified`] or refuses, and only a
//!    [`platforms::Verified`] can go into [`platforms::Provider::decode`].
//! 5. A notice already has its answer, from [`platforms::Provider::ack`]. For a question
//!    [`control::Answers::ask`] knows the earlier answer, or lets the first one to ask go on to
//!    [`control::Control::decide`] while the others wait for the same bytes.
//! 6. [`journal::Journal::append`] writes the [`journal::CallbackRecord`], answer included, as
//!    one line. It waits in `src/journal/queue.rs`; `src/journal/committer.rs` takes whatever waits,
//!    writes it at once, syncs once, and tells everyone who waited.
//! 7. Now, and not before, the answer leaves as the response.
//! 8. [`projector::Projector`] sees the new durable number, reads the record from the journal
//!    (never from memory) and [`projector::project`] decodes it again into
//!    [`store::Applied`]. What was kept under an older version is understood by a newer one the
//!    same way.
//! 9. [`store::Writer::apply`] finds the call of each item by [`correlate::call_id`], adds what
//!    is new to its [`correlate::Facts`], and has [`correlate::join()`] compute the
//!    [`domain::Call`]. The counters of its hour follow. Readers see it at once; a checkpoint
//!    writes it to sled. `src/store/seal.rs` moves the oldest rows into a file of
//!    its own (`src/store/segment/mod.rs`).
//! 10. A browser asks for `/calls/{id}`. [`http::admin`] checks the login and calls
//!     `src/http/admin/calls/page.rs`, which takes the call from [`store::Store::call`] and the bodies
//!     behind it from [`journal::Journal::get`], and fills the template; `src/http/admin/calls/ladder.rs`
//!     draws both legs. A program gets the same call from [`http::api`], with numbers masked in
//!     `src/domain/masking/mod.rs` where its role asks for that.
//!
//! # Where to begin a change
//!
//! - **Another platform:** a folder in [`platforms`] and its two lines in `src/platforms/mod.rs`. The
//!   tests beside the contract walk its tables without a line more.
//! - **Another page:** a file in [`http::admin`], a template at the mirrored path, a row in its
//!   table of addresses.
//! - **Another address of the API:** a handler in [`http::api`] and a row in `src/http/api/endpoints/`:
//!   its rights, its description and its name in the audit trail are in the row.
//! - **Another command:** a file in [`cli`] that speaks the API.
//! - **Another filter of a list:** a row in its table in `src/store/lists/mod.rs` and the files beside
//!   it (bindings: `src/bindings/filters.rs`); parameter, flag, box, words, index and comparison
//!   follow from it. **Another column:** a row in `src/export/columns.rs`.
//! - **Another figure on a page:** its definition in [`domain::metrics`], which page, API and
//!   command show, and a counter in `src/store/hours.rs`, kept as calls change, so that no page
//!   ever scans.

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
