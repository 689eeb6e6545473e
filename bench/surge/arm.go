package surge

import "renfort/mission"

// Arm is one way of showing missions and giving out seats.
type Arm struct {
	Name string // stable, for -arms and JSON
	What string // in a line, for people
	// French is What in French.
	French string
	// StaleSeconds is how old the view may be that lists and mission pages are
	// made from; 0 is live, with every commit.
	StaleSeconds int
	// Holds keeps a seat while the form is filled in. Without, a seat is asked
	// for when the form is sent.
	Holds        bool
	Congestion   bool // missions rank lower as they fill
	Proved       bool // congestion at the weight that its promise is proved for
	Perturbed    bool // congestion by a number drawn per seat instead of the share taken
	Adaptive     bool // the scale of distance is that of the place
	Urgency      bool // urgency, quality, and a longer reach for what is urgent
	PageRules    bool
	Alternatives bool // are shown to whom a full mission refused
	Foretells    bool // people are told their outlook when they sign up
	Waiting      bool // whom a full mission refused may wait for a seat
	// Beside says that the next arm is built on the one before this.
	Beside bool
}

// staleSeconds is how often the systems of the day renew their index.
const staleSeconds = 60

// Arms are all of them, each with one more part than the one before unless that
// one stands Beside. The caller may change the slice.
func Arms() []Arm {
	distance := Arm{Name: "distance", What: "nearest first, index renewed every 60 s, no holds",
		French: "le plus proche d’abord, index renouvelé toutes les 60 s, sans réservation", StaleSeconds: staleSeconds}
	relevance := Arm{Name: "relevance", What: "by relevance, index renewed every 60 s, no holds",
		French: "par pertinence, index renouvelé toutes les 60 s, sans réservation", StaleSeconds: staleSeconds}
	arms := []Arm{distance, relevance}
	next := relevance
	add := func(name, what, french string, change func(*Arm)) {
		next.Name, next.What, next.French = name, what, french
		change(&next)
		arms = append(arms, next)
	}
	add("live", "+ live seats", "+ places en direct", func(a *Arm) { a.StaleSeconds = 0 })
	add("holds", "+ a seat is held while the form is filled in", "+ une place est gardée pendant le formulaire", func(a *Arm) { a.Holds = true })
	congested := next
	congested.Congestion, congested.Perturbed, congested.Beside = true, true, true
	congested.Name, congested.What = "perturbed", "+ congestion by a number drawn per seat (Perturbed Greedy), beside the next"
	congested.French = "+ congestion par un nombre tiré par place (Perturbed Greedy), à côté de la suivante"
	arms = append(arms, congested)
	add("congestion", "+ missions rank lower as they fill", "+ les missions reculent à mesure qu’elles se remplissent", func(a *Arm) { a.Congestion = true })
	add("alternatives", "+ others are offered where a mission is full", "+ d’autres sont proposées quand une mission est complète", func(a *Arm) { a.Alternatives = true })
	add("waiting", "+ who wants it waits, and is offered what gets free", "+ qui le veut attend, et se voit offrir ce qui se libère", func(a *Arm) { a.Waiting = true })
	add("adaptive", "+ distance is relative to what is near", "+ la distance est relative à ce qui est proche", func(a *Arm) { a.Adaptive = true })
	add("urgency", "+ urgency and quality", "+ urgence et qualité", func(a *Arm) { a.Urgency = true })
	add("page", "+ the rules of the page", "+ les règles de la page", func(a *Arm) { a.PageRules, a.Foretells = true, true })
	proved := next
	proved.Proved, proved.Beside = true, true
	proved.Name, proved.What = "balance", "congestion at weight 1, for which BALANCE's promise is proved, beside the one before"
	proved.French = "congestion au poids 1, celui pour lequel la promesse de BALANCE est prouvée, à côté de la précédente"
	return append(arms, proved)
}

// fixedScaleKm is the scale of distance where it does not adapt: what a town
// has.
const fixedScaleKm = 10

// policy is the default with the parts that the arm lacks taken out.
func (a *Arm) policy() *mission.Policy {
	p := mission.DefaultPolicy()
	p.Name = "bench-" + a.Name
	if a.Name == "distance" {
		p.Weights.Affinity, p.Weights.Availability, p.Distance.FreeKm = 0, 0, 0
	}
	if !a.Congestion || a.Perturbed {
		p.Weights.Congestion = 0
	}
	if a.Proved {
		p.Weights.Congestion = 1
	}
	if !a.Adaptive {
		p.Distance.ScaleMinKm, p.Distance.ScaleMaxKm = fixedScaleKm, fixedScaleKm
	}
	if !a.Urgency {
		p.Weights.Urgency, p.Weights.Quality = 0, 0
		p.Distance.UrgentMinKm, p.Distance.VitalMinKm = 0, 0
	}
	if !a.PageRules {
		withoutRules(p)
	}
	return p
}

// greedy ranks by the relevance to one person alone, at the arm's distances:
// what an arm's lists are compared with.
func (a *Arm) greedy() *mission.Policy {
	p := a.policy()
	p.Name += "-greedy"
	p.Weights.Urgency, p.Weights.Quality, p.Weights.Congestion = 0, 0, 0
	if a.Name == "distance" {
		d := mission.DefaultPolicy()
		p.Weights, p.Distance.FreeKm = d.Weights, d.Distance.FreeKm
		p.Weights.Urgency, p.Weights.Quality, p.Weights.Congestion = 0, 0, 0
	}
	withoutRules(p)
	return p
}

func withoutRules(p *mission.Policy) {
	p.Diversity.PerOrganization, p.Diversity.PerGroup, p.Diversity.Unserved, p.Diversity.RemoteShare = 0, 0, 0, 1
}
