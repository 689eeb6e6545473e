package store

import (
	"fmt"

	"renfort/mission"
)

// The words of a recall.
var (
	recallGroups = []string{mission.RecallConfirmed, mission.RecallHeld, mission.RecallWaiting, mission.RecallAsked}
	recallWhys   = []string{mission.WhyDanger, mission.WhyMoved, mission.WhyCancelled, mission.WhyEnough}
)

// crisis checks the commands on crises, recalls and outbound.
func (p *prepared) crisis(c mission.Command) error {
	switch c := c.(type) {
	case mission.PutCrisis:
		if err := p.record("/id", c.Crisis.ID, c.Crisis); err != nil {
			return err
		}
		if max(c.Crisis.Starts, c.Crisis.Ends) > logTimeMax {
			return invalid("/from", "is not a time that log time reaches")
		}
	case mission.DeleteCrisis:
		return mission.CheckID("/id", c.ID)
	case mission.SetCrisis:
		return mission.CheckID("/id", c.ID)
	case mission.Recall:
		return checkRecall(c)
	}
	return nil
}

func checkRecall(c mission.Recall) error {
	if err := mission.CheckID("/mission", c.Mission); err != nil {
		return err
	}
	if len(c.To) == 0 {
		return invalid("/to", "is required: some of confirmed, held, waiting, asked")
	}
	for i, to := range c.To {
		if !contains(recallGroups, to) {
			return invalid(fmt.Sprintf("/to/%d", i), fmt.Sprintf("%q is not one of confirmed, held, waiting, asked", to))
		}
	}
	if !contains(recallWhys, c.Why) {
		return invalid("/why", fmt.Sprintf("%q is not one of danger, moved, cancelled, enough", c.Why))
	}
	for i, slot := range c.Slots {
		if err := mission.CheckID(fmt.Sprintf("/slots/%d", i), slot); err != nil {
			return err
		}
	}
	for i, next := range c.Next {
		if err := mission.CheckID(fmt.Sprintf("/next/%d", i), next); err != nil {
			return err
		}
	}
	return nil
}
