package rules

import (
	"context"
	"math/bits"
	"slices"
	"strings"

	"github.com/sluice-dlp/sluice/scanner"
)

// group is the judges of one pattern that have the same checks and each require
// a word nearby. Hundreds of rules share the patterns of a token that only the
// name of its service tells from others: the words that stand near a candidate
// say which few of them to ask.
type group struct {
	key    string
	judges []judge
	byList map[int][]int // indexes of judges, by the list whose words they require
	before int           // the farthest that one of them looks
	after  int
}

// minGroup is how many judges are worth a group.
const minGroup = 4

// grouped moves the judges that can be grouped out of the list.
func grouped(list []judge) (rest []judge, groups []*group) {
	if len(list) < minGroup {
		return list, nil
	}
	byKey := make(map[string]*group)
	members := make(map[*group][]int) // indexes of list
	single := 0
	for i := range list {
		j := &list[i]
		if j.requiredList() == nil {
			single++
			continue
		}
		g := byKey[j.checkNames]
		if g == nil {
			g = &group{key: j.checkNames}
			byKey[j.checkNames] = g
			groups = append(groups, g)
		}
		members[g] = append(members[g], i)
	}
	if single == len(list) {
		return list, nil
	}
	// Judges are large: each is copied once.
	all := make([]judge, 0, len(list))
	for i := range list {
		if list[i].requiredList() == nil {
			all = append(all, list[i])
		}
	}
	groups = slices.DeleteFunc(groups, func(g *group) bool {
		if len(members[g]) >= minGroup {
			return false
		}
		for _, i := range members[g] {
			all = append(all, list[i])
		}
		return true
	})
	rest = slices.Clip(all)
	for _, g := range groups {
		g.byList = make(map[int][]int)
		first := len(all)
		for n, i := range members[g] {
			l := list[i].requiredList()
			g.byList[l.id] = append(g.byList[l.id], n)
			g.before, g.after = max(g.before, l.window), max(g.after, l.after)
			all = append(all, list[i])
		}
		g.judges = all[first:len(all):len(all)]
	}
	return rest, groups
}

// requiredList is the list without whose words the judge finds nothing.
func (j *judge) requiredList() *wordList {
	for i := range j.near {
		if n := &j.near[i]; n.required || j.needsNear && len(j.near) == 1 {
			return n.words
		}
	}
	return nil
}

// considerGroup is consider for all judges of the group.
func (s *Set) considerGroup(ctx context.Context, found []scanner.Finding, sc *scratch, g *group, c *candidate, shift int) ([]scanner.Finding, error) {
	if c.chars == c.end-c.start && sc.trace == nil {
		// Nothing else can begin inside a run of letters and digits.
		for i := range g.judges[0].checks {
			if !g.judges[0].checks[i].holds(c) {
				return found, nil
			}
		}
	}
	sc.asked = sc.asked[:0]
	g.ask(sc, max(c.from-g.before, 0), min(c.to+retryTail+g.after, len(c.text)))
	if sc.keyed > 0 {
		g.ask(sc, 0, sc.keyed)
	}
	start, end := sc.noted.columnHead(c)
	g.ask(sc, start, end)
	if sc.trace != nil {
		for i := range g.judges {
			if slices.Contains(sc.trace.ids, g.judges[i].rule.ID) {
				sc.asked = append(sc.asked, i)
			}
		}
	}
	slices.Sort(sc.asked)
	var err error
	for _, i := range slices.Compact(sc.asked) {
		if found, err = s.consider(ctx, found, sc, g.judges[i:i+1], c, shift); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// ask notes the judges whose words stand between two places.
func (g *group) ask(sc *scratch, from, to int) {
	n := &sc.noted
	if from >= to {
		return
	}
	for b := from >> blockBits; b <= (to-1)>>blockBits; b++ {
		for _, o := range n.words(n.block(b)) {
			if int(o.start) < from || int(o.end) > to {
				continue
			}
			for w, set := range n.lexicon.words[o.word].lists {
				for ; set != 0; set &= set - 1 {
					sc.asked = append(sc.asked, g.byList[w<<6+bits.TrailingZeros64(set)]...)
				}
			}
		}
	}
}

// checkNames is what the group of a judge goes by.
func checkNames(lists ...[]string) string {
	var out strings.Builder
	for _, l := range lists {
		out.WriteString(strings.Join(l, "\n"))
		out.WriteByte('\n')
	}
	return out.String()
}
