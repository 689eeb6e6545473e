// Package waves answers: how soon, and at what price, do waves fill missions
// beside other ways of asking?
//
// Each play is a wave in simulated time over invented people, all of whose
// chance is drawn beforehand from a seed: where they are, whether they would
// accept, after how long they answer, whether the message arrives. Every way
// of asking (an Arm) meets the same people. Renfort's arms are matcher/wave's
// Step, called every ten seconds with what a service would know; nothing of
// the truth reaches it but through answers and receipts. Seats are counted
// here (ledger), as the reducer would.
//
// Season plays months of waves over one crowd, with budgets, rest and rotation,
// and counts who was asked how often.
package waves
