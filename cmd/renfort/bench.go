package main

// benchCommands measure.
type benchCommands struct {
	Evening   eveningCommand   `cmd:"" help:"25,000 people sign up, are recommended missions, hold a seat and confirm it."`
	Alex      alexCommand      `cmd:"" help:"A crowd on one mission of fifty seats, and hot seats as fast as they can be decided."`
	Burst     burstCommand     `cmd:"" help:"4,000 sign-ups a second for 190 seconds, beside 3,000 recommendations."`
	Recommend recommendCommand `cmd:"" help:"Recommendations at a rate."`
	Search    searchCommand    `cmd:"" help:"Searches at a rate."`
	Mixed     mixedCommand     `cmd:"" help:"Reads, writes and holds in the proportions of a surge."`
	Knee      kneeCommand      `cmd:"" help:"The highest rate that meets a promise."`
	Overload  overloadCommand  `cmd:"" help:"Twice the knee: what is still served?"`
	Soak      soakCommand      `cmd:"" help:"An hour or more: memory, latency and file size over time."`

	Compare  compareCommand  `cmd:"" help:"Compare two results: a verdict, and exit code 1 for a regression."`
	Selftest selftestCommand `cmd:"" help:"Try the bench on a server with known faults: each must be reported."`
	Merge    mergeCommand    `cmd:"" help:"Put the shards of one run together."`
	Clean    cleanCommand    `cmd:"" help:"Take away what a run left in a service."`
	Targets  targetsCommand  `cmd:"" help:"Write requests for wrk, k6, vegeta and hey."`

	Peers  peersCommand  `cmd:"" help:"Compare with other engines: answers first, then times."`
	World  surgeCommand  `cmd:"" help:"Play surges in simulated time: who gets a seat, of the best possible in hindsight?"`
	Player playerCommand `cmd:"" help:"Answer the waves of a running service as volunteers do."`
	Waves  wavesCommand  `cmd:"" help:"Play waves in simulated time: how soon are missions filled, and how many people are asked and turned away?"`
	Verify verifyCommand `cmd:"" help:"Hold what a run wrote down against a service: is it all there, no seat given twice, and ranked by the formula?"`
}
