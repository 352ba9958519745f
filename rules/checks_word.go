package rules

// bigramCost[a-'a'][b-'a'] is how surprising letter b is after letter a in
// English, in bits, cut at 9. It was counted over the comments of Go's
// standard library.
var bigramCost = [26]string{
	"95449759597353959342669869", // a
	"47792799469399499647399929", // b
	"39693983594569289573589989", // c
	"58642889289578397548588769", // d
	"59435669799553966234967579", // e
	"49784399299478299455499979", // f
	"69692973499684289556599999", // g
	"39991999399989499784799999", // h
	"67455459998452469633969896", // i
	"49971999799978479929299999", // j
	"38881959399884989939698979", // k
	"49742899399399399854588949", // l
	"25972999499749339968599999", // m
	"49433739597686389933679969", // n
	"66547379697542649354455999", // o
	"38672996598479359354589959", // p
	"97478899999659996668098996", // q
	"39562659397764399545568959", // r
	"59562994496687459742498959", // s
	"49593992399789379446597959", // t
	"66564669599353859333999799", // u
	"26651897499758557867966899", // v
	"39682993299785499458898999", // w
	"37463698399866529972899679", // x
	"98695999599435629433997997", // y
	"49790999499699699599998776", // z
}

// maxWordCost separates words from random letters: of random strings of eight
// letters about one in twenty is below, of longer ones fewer, of English words
// and compounds nearly all.
const maxWordCost = 5.2

// wordLike is true of words, of identifiers made of words, and of short
// strings of letters, which could be anything.
func wordLike(v []byte) bool {
	cost, pairs, letters := 0, 0, 0
	for i, b := range v {
		if !isLetter(b) {
			continue
		}
		letters++
		if i > 0 && isLetter(v[i-1]) {
			cost += int(bigramCost[v[i-1]|0x20-'a'][b|0x20-'a'] - '0')
			pairs++
		}
	}
	if letters*10 < len(v)*7 || pairs*2 < letters {
		return false
	}
	return float64(cost) < maxWordCost*float64(pairs)
}
