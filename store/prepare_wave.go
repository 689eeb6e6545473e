package store

import (
	"fmt"

	"renfort/mission"
)

// wave checks the commands on waves.
func (p *prepared) wave(c mission.Command) error {
	switch c := c.(type) {
	case mission.OpenWave:
		if err := c.Wave.Validate(); err != nil {
			return err
		}
		return p.record("/id", c.Wave.ID, c.Wave)
	case mission.SetWave:
		return first(mission.CheckID("/wave", c.Wave), checkWord("/dial", c.Dial, dials), checkWord("/state", c.State, waveStates))
	case mission.AskWave:
		p.bytes += 256 * len(c.Asks)
		return first(mission.CheckID("/wave", c.Wave), checkAsks(c.Asks))
	case mission.AnswerAsk:
		if c.Answer == mission.AskStoodDown || c.Answer == "" {
			return invalid("/answer", fmt.Sprintf("%q is not one of accept, decline, stop", c.Answer))
		}
		err := first(mission.CheckID("/wave", c.Wave), mission.CheckID("/volunteer", c.Volunteer), checkWord("/answer", c.Answer, askAnswers), checkFree("/ref", c.Ref))
		if err == nil && c.Answer == mission.AskAccepted {
			err = checkNewHold(c.Hold)
		}
		return err
	case mission.DeliverAsks:
		p.bytes += 256 * len(c.Receipts)
		return first(mission.CheckID("/wave", c.Wave), checkReceipts(c.Receipts))
	case mission.StandDown:
		p.bytes += 256 * len(c.Told)
		return first(mission.CheckID("/wave", c.Wave), checkFree("/why", c.Why), checkTold(c.Told))
	}
	return nil
}

// The words of waves.
var (
	dials      = []string{"", mission.DialCalm, mission.DialNormal, mission.DialUrgent, mission.DialVital}
	waveStates = []string{"", mission.WaveRunning, mission.WavePaused, mission.WaveStopped, mission.WaveFull, mission.WaveStalled, mission.WaveExhausted}
)

func checkWord(pointer, w string, words []string) error {
	if contains(words, w) {
		return nil
	}
	return invalid(pointer, fmt.Sprintf("%q is none of the words known", w))
}

func checkMany(pointer string, n, most int) error {
	if n > most {
		return invalid(pointer, fmt.Sprintf("has %d entries; at most %d", n, most))
	}
	return nil
}

func checkAsks(asks []mission.Ask) error {
	err := checkMany("/asks", len(asks), mission.AsksMax)
	for i := 0; i < len(asks) && err == nil; i++ {
		a, at := &asks[i], fmt.Sprintf("/asks/%d", i)
		err = first(mission.CheckID(at+"/volunteer", a.Volunteer), mission.CheckID(at+"/mission", a.Mission), checkWord(at+"/channel", a.Channel, channels[1:]))
	}
	return err
}

func checkReceipts(all []mission.Receipt) error {
	err := checkMany("/receipts", len(all), mission.ReceiptsMax)
	for i := 0; i < len(all) && err == nil; i++ {
		c, at := &all[i], fmt.Sprintf("/%d", i)
		err = first(mission.CheckID(at+"/volunteer", c.Volunteer), checkWord(at+"/state", c.State, deliveryAs[1:]), checkWord(at+"/channel", c.Channel, channels))
		if err == nil && (c.At < 0 || c.At > logTimeMax) {
			err = invalid(at+"/at", "is no time that log time can have")
		}
	}
	return err
}

func checkTold(all []mission.Told) error {
	err := checkMany("/told", len(all), mission.AsksMax)
	for i := 0; i < len(all) && err == nil; i++ {
		at := fmt.Sprintf("/told/%d", i)
		err = first(mission.CheckID(at+"/volunteer", all[i].Volunteer), checkFree(at+"/next", all[i].Next))
	}
	return err
}
