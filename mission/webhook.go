package mission

// Webhook is an address that events are posted to.
type Webhook struct {
	ID        ID       `json:"id,omitzero"`
	Publisher string   `json:"publisher,omitzero"` // whose events, "" for all
	URL       string   `json:"url"`
	Types     []string `json:"types"`
	Secret    string   `json:"secret,omitzero"` // whsec_…; never read back
	Disabled  bool     `json:"disabled,omitzero"`
	Since     uint64   `json:"since,omitzero"` // the seq after which events are its
}

// Delivery is one message to a webhook and how it fared.
type Delivery struct {
	ID       ID     `json:"id"`
	Webhook  ID     `json:"webhook"`
	Type     string `json:"type"`
	FirstSeq uint64 `json:"first_seq"`
	Seq      uint64 `json:"seq"` // the last event in it
	Mission  ID     `json:"mission,omitzero"`
	State    string `json:"state"` // pending, delivered or dead
	Tries    int    `json:"tries"`
	Status   int    `json:"status,omitzero"` // of the last answer, 0 for none
	Error    string `json:"error,omitzero"`
	At       int64  `json:"at"`   // of the last try, Unix seconds
	Next     int64  `json:"next"` // of the next try, 0 for none
}

// The states of a delivery.
const (
	DeliveryPending = "pending"
	DeliveryDone    = "delivered"
	DeliveryDead    = "dead"
)
