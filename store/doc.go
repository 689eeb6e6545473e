// Package store answers: what was agreed, and who sits? It gives commands one
// total order, applies each to the state inside a bbolt transaction, writes what
// a batch of neighbours did into its journal (group commit), and replies only
// after that is synced. DESIGN.md says what survives what.
//
// The reducer decides by the transaction and the command alone: no clock, no
// chance, no floats. Log time moves by Tick. The same commands in the same
// order make the same state on every node, wherever batches end; Hash proves it.
//
// # Keys
//
// Integers are big-endian, so that keys sort in their natural order and
// inserts append; ids hold no control characters, so that 0x00 ends one. A
// record starts with a format byte; "JSON" is the noun as it was written.
//
//	bucket         key                                 value
//	meta           "format"                            Format, one byte
//	               "state"                             seq, log time, hash, next ordinals, log's extent
//	               "probe"                             of earlier versions; nothing reads it
//	missions       ordinal                             version, revision, times, publisher, JSON; while it is
//	                                                   not listed, when it is removed
//	mission_ids    id                                  ordinal
//	seats          ordinal                             mission.Seats: all that a seat is decided by
//	               ordinal, volunteer, 0, class, hold  - class 0 blocks (live, or refused here), 1 is past
//	holds          hold                                the hold, its due time, whether its answer was counted
//	refs           ref, 0, hold                        -
//	people         volunteer                           ordinal, birth year, adult
//	               volunteer, 0, 'f'                   feedback: the last things shown
//	               volunteer, 0, 'h', class, hold      - class 0 counts towards holds_per_volunteer
//	               volunteer, 0, 'k', key hash         - idempotency results that name them
//	               volunteer, 0, 'w', place            - where they wait: ordinal, slot, 0, seq
//	               volunteer, 0, 'a'                   asks and alerts of the last days, and whether they said stop
//	               volunteer, 0, 'l', alert            - an alert of theirs
//	               volunteer, 0, 'q', wave             - a wave that asked them
//	volunteers     ordinal                             version, revision, JSON
//	organizations  id                                  version, state, answering record, JSON
//	due            kind, time, id                      - what a Tick at time ends: see dueKind
//	tombstones     kind, id hash                       revision, end
//	keys           key hash                            body hash, end, the Result
//	policies       seq                                 JSON, the last in force
//	taxonomy       "taxonomy"                          JSON
//	log            seq                                 the command's changes, compact: ids and kinds only
//	waiting        'h', ordinal                        while anybody waits: when to look again, organisation
//	               'l', ordinal, slot, 0, seq          a place in a list: volunteer, time, the place's clock
//	               'o', organisation, 0, ordinal       - its missions with lists
//	waves          'w', wave                           the wave, JSON, and what became of its asks
//	               'a', wave, 0, volunteer             one person asked
//	               'm', mission's ordinal, wave        - the waves for a mission that are not over
//	               'l', channel                        counts of all waves by channel: mission.LawCounts
//	crises         'c', crisis                         version, when it begins or ends next, JSON
//	               'o'                                 while outbound is paused: since when
//	alerts         'a', alert                          version, volunteer, when it was raised last, JSON
//	               't'                                 up to which seq all has been looked at for them
//	webhooks       'w', webhook                        version, how far it has come, deliveries recorded, JSON
//	               'd', webhook, 0, seq, delivery      one recorded delivery
//	object_indexes 'n', name                           numbers, entries, times of an index of free records
//	               's', number                         settings, JSON
//	               'y', number                         synonyms, JSON
//	               'd', rows                           records left of those without an index, which Ticks remove
//	objects        rows, id                            version, JSON of a free record
//
// An index of free records has two numbers, seqs both: its settings are under
// the one, its records under the other (rows). So it is renamed by writing its
// name anew, and emptied by giving it other rows.
//
// What decides a seat sits together (seats) and so does what is known of a
// person's dealings (people): a hold then dirties two pages and not six.
//
// # Two files
//
// The data file takes what was agreed some batches later, in one transaction,
// unsynced, and at once where somebody wants to read it; the journal
// (renfort.journal, a ring) has what the data file does not have on the disk yet.
// The journal's base is a state of the data file that is there as a whole. After a
// crash the data file goes back to it and takes the rest from the journal; after
// Close there is no journal. So the two belong together while it is there.
//
// A frame of the journal is: a checksum (CRC-32C of what follows), 4 bytes; its
// length, 4; its number, 8; then for each thing written the bucket, with 0x80 for a
// removal, and key and value with their lengths as uvarints. The two heads before
// the ring take turns: appendBase.
package store

// Format is the layout of the data file. A file of a higher one is refused, one
// of a lower one is brought up to it when it is opened.
//
//	1: first
//	2: the waiting bucket, 'w' below people, kind 7 in due; seats may end with
//	   the fills that came by links, results of keys with a place in a list
//	3: the buckets waves, crises, alerts and webhooks, 'a' and 'l' below people,
//	   kinds 8 to 11 in due
//	4: the buckets object_indexes and objects, kind 12 in due; missions may end
//	   with a withdrawal
const Format = 4

// FileName is the data file's name inside its directory.
const FileName = "renfort.db"
