//go:build race

package waves_test

const raceEnabled = true
