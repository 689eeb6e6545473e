package mission

// OpenWave begins a wave: running, with nobody asked yet.
type OpenWave struct{ Wave *Wave }

// SetWave turns a wave's dial or changes its state; "" leaves either as it
// is. Callers may set running, paused and stopped, the controller the others.
type SetWave struct {
	Wave  ID
	Dial  string
	State string
}

// AskWave writes down whom a wave asks. Who may not be asked (any more) is
// left out; who was asked by this wave before is not asked again.
type AskWave struct {
	Wave ID
	Asks []Ask
}

// AnswerAsk is what somebody answers. An acceptance takes a seat: confirmed,
// or only held where Confirm is false.
type AnswerAsk struct {
	Wave      ID
	Volunteer ID
	Answer    string // AskAccepted, AskDeclined or AskStopped
	Confirm   bool
	Hold      ID // of the seat, from the caller's randomness
	Ref       string
}

// DeliverAsks says how messages fared.
type DeliverAsks struct {
	Wave     ID
	Receipts []Receipt
}

// Receipt is how one message fared.
type Receipt struct {
	Volunteer ID
	Channel   string // the one it went by, "" for the one that was asked for
	State     string // DeliverySent, DeliveryDelivered or DeliveryFailed
	At        int64  // Unix seconds, 0: log time
}

// StandDown tells people who were asked and are silent that nobody is needed
// any more.
type StandDown struct {
	Wave ID
	Told []Told
	Why  string // full, stopped, moved, recalled
}

// Told is one of them, with the next best mission for them.
type Told struct {
	Volunteer ID
	Next      ID // "" for none
}

// PutCrisis creates or replaces a crisis.
type PutCrisis struct {
	Crisis    *Crisis
	IfVersion *uint64
}

// DeleteCrisis removes a crisis.
type DeleteCrisis struct{ ID ID }

// SetCrisis pauses or resumes a crisis.
type SetCrisis struct {
	ID     ID
	Paused bool
}

// Recall sends people home: those of To who are in the mission, or in its
// Slots where some are named. At most RecallMax are told by one command;
// Result.More says that there are others.
type Recall struct {
	Mission ID
	Slots   []string
	To      []string // RecallConfirmed, …
	Why     string   // danger, moved, cancelled or enough
	Next    []ID     // missions that they may be told in its place
}

// Whom a recall sends home.
const (
	RecallConfirmed = "confirmed"
	RecallHeld      = "held"
	RecallWaiting   = "waiting"
	RecallAsked     = "asked"
)

// RecallCounts is whom one recall sent home, by what they had.
type RecallCounts struct {
	Confirmed int `json:"confirmed"`
	Held      int `json:"held"`
	Waiting   int `json:"waiting"`
	Asked     int `json:"asked"`
}

// Add counts another command's.
func (c *RecallCounts) Add(o RecallCounts) {
	c.Confirmed += o.Confirmed
	c.Held += o.Held
	c.Waiting += o.Waiting
	c.Asked += o.Asked
}

// Why a recall sends people home.
const (
	WhyDanger    = "danger"
	WhyMoved     = "moved"
	WhyCancelled = "cancelled"
	WhyEnough    = "enough"
)

// SetOutbound stops everything that is sent to people, or lets it go again.
type SetOutbound struct{ Paused bool }

// PutAlert creates or replaces an alert.
type PutAlert struct{ Alert *Alert }

// DeleteAlert removes an alert.
type DeleteAlert struct{ ID ID }

// RaiseAlerts writes down whom missions are told to, and that all changes up
// to Through have been looked at. Who may not be told is left out.
type RaiseAlerts struct {
	Raised  []Raise
	Through uint64
}

// Raise is one alert that fits one mission.
type Raise struct {
	Alert   ID
	Mission ID
}

// PutWebhook creates or replaces a webhook.
type PutWebhook struct{ Webhook *Webhook }

// DeleteWebhook removes a webhook and what is recorded of it.
type DeleteWebhook struct{ ID ID }

// RecordDeliveries writes down how deliveries fared.
type RecordDeliveries struct {
	Deliveries []Delivery
	// Through are the seqs up to which each webhook's events are in some
	// delivery.
	Through []Progress
	// Since says of webhooks which ones the sender means: what it reports of
	// one that was deleted and made anew since is left out. One that is not
	// named is the one there is.
	Since map[ID]uint64
}

// Progress is how far a webhook has come.
type Progress struct {
	Webhook ID
	Seq     uint64
}

// Name implements Command, as do those below.
func (OpenWave) Name() string         { return "open_wave" }
func (SetWave) Name() string          { return "set_wave" }
func (AskWave) Name() string          { return "ask_wave" }
func (AnswerAsk) Name() string        { return "answer_ask" }
func (DeliverAsks) Name() string      { return "deliver_asks" }
func (StandDown) Name() string        { return "stand_down" }
func (PutCrisis) Name() string        { return "put_crisis" }
func (DeleteCrisis) Name() string     { return "delete_crisis" }
func (SetCrisis) Name() string        { return "set_crisis" }
func (Recall) Name() string           { return "recall" }
func (SetOutbound) Name() string      { return "set_outbound" }
func (PutAlert) Name() string         { return "put_alert" }
func (DeleteAlert) Name() string      { return "delete_alert" }
func (RaiseAlerts) Name() string      { return "raise_alerts" }
func (PutWebhook) Name() string       { return "put_webhook" }
func (DeleteWebhook) Name() string    { return "delete_webhook" }
func (RecordDeliveries) Name() string { return "record_deliveries" }
