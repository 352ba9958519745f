package plugins

import (
	"testing"
	"time"
)

func TestBreaker(t *testing.T) {
	clock := time.Unix(0, 0)
	b := &breaker{limit: 2, cooldown: time.Minute, now: func() time.Time { return clock }}
	expect := func(step string, wantOK, wantProbe bool) {
		t.Helper()
		if ok, probe := b.admit(); ok != wantOK || probe != wantProbe {
			t.Fatalf("%s: admitted %v, probe %v; want %v, %v", step, ok, probe, wantOK, wantProbe)
		}
	}
	settle := func(step string, probe bool, o outcome, want bool) {
		t.Helper()
		if got := b.settle(probe, o); got != want {
			t.Fatalf("%s: opened %v, want %v", step, got, want)
		}
	}
	expect("fresh", true, false)
	settle("one failure", false, failed, false)
	settle("a success forgives it", false, success, false)
	settle("one failure", false, failed, false)
	settle("what says nothing changes nothing", false, neutral, false)
	settle("the second in a row opens", false, failed, true)
	expect("open", false, false)
	settle("a late failure does not open it again", false, failed, false)
	clock = clock.Add(time.Minute)
	if b.open() {
		t.Fatal("open after the cooldown")
	}
	expect("half open", true, true)
	expect("one probe at a time", false, false)
	settle("the probe's caller gave up", true, neutral, false)
	expect("half open still", true, true)
	settle("the probe failed", true, failed, true)
	expect("open again", false, false)
	clock = clock.Add(time.Minute)
	expect("half open", true, true)
	settle("the probe succeeded", true, success, false)
	expect("closed", true, false)
	if b.open() {
		t.Fatal("open after a success")
	}
}
