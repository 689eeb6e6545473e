// Package index answers: who could fit?
//
// It holds missions and volunteers as columns, and addresses in cells, derived
// from the store's changes and disposable: it is never the truth.
//
//   - One writer calls Apply with the changes of one commit; readers take a
//     Snapshot, an immutable view behind one atomic pointer, and never see a
//     lock. A snapshot contains everything up to its Seq.
//   - Columns are arrays of rows by ordinal, in chunks that are copied when
//     they are written, so a commit costs what it touches.
//   - Cells hold the addresses of missions in trees of S2 cells. Each node has
//     a cap and an upper bound on what the standing of its missions can be,
//     over all and by domain. Between two Ticks the trees do not move: what is
//     new, or stands better than its bound, waits in a short list beside them.
//   - Facets are sets of missions as bits, and numbers for the sets of values
//     that missions have: a search filters and counts without reading records.
//   - The census has volunteers by where they live, for whoever looks for them.
//     A Tick begins a new one, the commits after it do a part each; until it is
//     done who moved is found in a short list, too.
//   - Standing is what a mission brings to its score before anybody asks
//     (urgency, quality and congestion). How it is computed is the matcher's
//     business; the index is given the function.
package index
