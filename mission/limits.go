package mission

// The limits of the contract. Each is answered by a precise error that names
// it; none is ever clamped.
const (
	BodyBytesMax     = 1 << 20   // one JSON body
	BulkBytesMax     = 64 << 20  // one NDJSON body
	FeedBytesMax     = 200 << 20 // one streamed feed
	HeaderBytesMax   = 16 << 10
	NestingMax       = 32 // levels of objects and arrays in a body
	IDBytesMax       = 128
	TitleLettersMax  = 500
	TextLettersMax   = 20_000 // a description
	WordLettersMax   = 500    // any other free string: a label, a city, a why
	URLBytesMax      = 2_048
	DataBytesMax     = 64 << 10 // data{}, returned as it came
	LocationsMax     = 1_000
	SlotsMax         = 500
	SeatsMax         = 1_000_000
	EntriesMax       = 32    // entries of any other list of a record
	RequestListMax   = 1_000 // entries of any list of a request
	FilterTermsMax   = 1_000
	RadiusKmMax      = 20_000
	AgeMax           = 120
	BirthYearMin     = 1900
	AgeMin           = 16 // somebody surely younger is refused
	AgeDefault       = 18 // a mission that does not say
	HoursMax         = 8_784
	RecommendMax     = 100
	RecommendDefault = 20
	SearchMax        = 250
	WalkMax          = 1_000 // records a page of a walk
	WalkDefault      = 100
	DomainsMax       = 64
	ActivitiesMax    = 256
	AliasesMax       = 16

	HoldSecondsMin  = 30    // shortest time a hold may be asked for
	HoldSecondsMax  = 3_600 // longest, however often extended
	RevisionMax     = 1<<53 - 1
	IdempotencyMax  = 255     // bytes of an Idempotency-Key
	TombstoneDays   = 30      // a deletion refuses older revisions for so long
	KeyHours        = 24      // an idempotency key is remembered for so long
	LogHours        = 24      // the change log reaches back so far
	LogBytesMax     = 4 << 30 // and no further than so many bytes
	WaitSecondsMax  = 2       // a read with min_seq waits so long
	HistoryMax      = 100     // policies kept to be named again
	ForgetDays      = 30      // expired and released holds are kept so long
	FeedbackMax     = 64      // things shown that are remembered per person
	FeedbackDays    = 30
	VolunteerLevel  = 13 // S2 level of a stored volunteer, about 1 km2
	ScaleLevel      = 10 // S2 level at whose centre a distance scale is taken
	VolunteerKmMin  = 2  // distances towards volunteers are whole and at least this
	GroupMin        = 11 // statistics show no smaller group
	PublisherMax    = 1_000
	CrisisBoostMax  = 5
	WaveTargetsMax  = 100
	AskedMax        = 100_000
	AsksMax         = 1_024 // people asked or told by one command
	RecallMax       = 1_024 // people sent home by one command
	ReceiptsMax     = 1_024 // receipts in one command
	AsksKept        = 64    // asks and alerts remembered per person
	BudgetDays      = 30    // over which asks and alerts are counted
	AlertsMax       = 20    // alerts of one person
	WebhooksMax     = 100
	DeliveriesMax   = 2_000 // deliveries recorded of one webhook, those pending besides
	RecordedMax     = 1_024 // deliveries in one command
	CrisesMax       = 1_000
	AlternativesMax = 5 // missions offered in place of a full one

	WaitingSlotMax      = 1_000  // people in the waiting list of one slot
	WaitingMissionMax   = 10_000 // and in all lists of one mission
	WaitingVolunteerMax = 20     // lists that one person may be in
)
