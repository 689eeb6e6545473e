// Package wave answers: whom do we ask next?
//
// Step is a pure function of a State: no clock, no chance, no store. It looks
// at everybody who was asked and is silent, works out how many of them will
// still say yes within the dial's horizon, and names further people until that
// is enough for the seats left. Called again with the same State it names the
// same people; called with the asks it named written down it names others.
// Who may be asked at all (consent, budgets, rest, age) is decided before:
// a person who may not is not in a pool. Quiet hours are the pool's too: each
// candidate says from when on they may be asked.
//
// What is known of the answers is learned as they come, in two layers of the
// same rule (Law, refine): the platform's counts of all waves bend the policy's
// prior, and the wave's own asks bend that.
//
// Forecast plays the same Step against invented answers, for previews.
package wave
