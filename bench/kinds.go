package bench

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// value returns something to find and the words before it.
func (w *writer) value() string {
	f := w.fiction
	w.planted++
	switch w.rng.IntN(5) {
	case 0:
		return "the key id is " + f.AWSAccessKeyID()
	case 1:
		return "push with " + f.GitHubToken()
	case 2:
		return "write to " + f.Email()
	case 3:
		return "charge the card " + f.Card()
	}
	return "pay into IBAN " + f.IBAN()
}

// dense has a value in every paragraph of about 270 bytes.
func (w *writer) dense() {
	w.out.WriteString(w.sentence() + " " + w.sentence() + " Then " + w.value() + ". " + w.sentence() + "\n")
}

// sparse is prose with a value in about every gap bytes.
func (w *writer) sparse(gap int) {
	before := w.out.Len()
	w.prose()
	if w.due -= w.out.Len() - before; w.due < 0 {
		w.out.WriteString("Then " + w.value() + ".\n")
		w.due += gap
	}
}

// personal has data about a person in every sentence.
func (w *writer) personal() {
	f := w.fiction
	w.planted += 3
	fmt.Fprintf(&w.out, "Customer %d wrote from %s about the %s.\n", w.rng.IntN(1000), f.Email(), w.word(nouns))
	fmt.Fprintf(&w.out, "Paid with card %s; the %s is %s.\n", f.Card(), w.word(nouns), w.word(adjectives))
	fmt.Fprintf(&w.out, "Refund to IBAN %s, %s.\n", f.IBAN(), w.word(adjectives))
}

// logs are the lines of a server.
func (w *writer) logs() {
	level := []string{"INFO", "DEBUG", "WARN", "ERROR"}[w.rng.IntN(4)]
	fmt.Fprintf(&w.out, "2026-%02d-%02dT%02d:%02d:%02d.%03dZ %-5s [worker-%d] server/%s.go:%d %s path=/v2/%s/%d status=%d ms=%d bytes=%d req=%08x-%04x\n",
		1+w.rng.IntN(12), 1+w.rng.IntN(28), w.rng.IntN(24), w.rng.IntN(60), w.rng.IntN(60), w.rng.IntN(1000), level, w.rng.IntN(16),
		w.word(nouns), w.rng.IntN(900), w.word(verbs), w.word(nouns), w.rng.IntN(90000), 200+w.rng.IntN(5), w.rng.IntN(900),
		w.rng.IntN(1<<20), w.rng.Uint32(), w.rng.IntN(1<<16))
}

// base64 is half prose and half random bytes in lines of 76 letters.
func (w *writer) base64() {
	before := w.out.Len()
	w.prose()
	raw := make([]byte, 57)
	for half := w.out.Len() - before; half > 0; half -= 77 {
		for i := range raw {
			raw[i] = byte(w.rng.Uint32())
		}
		w.out.WriteString(base64.StdEncoding.EncodeToString(raw) + "\n")
	}
}

var (
	chineseWords = strings.Fields(`我们 今天 需要 讨论 这个 项目 的 进度 客户 希望 下周 收到 报告 因为 时间 有限 所以 请 大家 提前 准备 材料 系统
		运行 正常 没有 发现 问题 但是 仍然 应该 检查 每个 部分 合同 已经 签订 价格 没有 变化 质量 很 好 团队 合作 学习 经验 市场 城市 天气 音乐`)
	hindiWords = strings.Fields(`हम आज इस परियोजना की प्रगति पर चर्चा करेंगे ग्राहक अगले सप्ताह रिपोर्ट चाहता है समय कम इसलिए सभी लोग पहले
		तैयारी करें प्रणाली ठीक से चल रही कोई समस्या नहीं मिली फिर भी हर भाग की जाँच होनी चाहिए बाज़ार शहर मौसम संगीत अनुभव`)
	emojis = []string{"😀", "🎉", "👍🏽", "🚀", "❤️", "🙏", "🔥", "👩‍💻", "✅", "🇩🇪"}
)

func (w *writer) chinese() {
	for range 4 + w.rng.IntN(6) {
		for range 4 + w.rng.IntN(8) {
			w.out.WriteString(w.word(chineseWords))
		}
		w.out.WriteString([]string{"，", "。", "。\n"}[w.rng.IntN(3)])
	}
	w.out.WriteString(" " + w.word(nouns) + " ")
}

func (w *writer) hindi() {
	for range 4 + w.rng.IntN(6) {
		for range 4 + w.rng.IntN(8) {
			w.out.WriteString(w.word(hindiWords) + " ")
		}
		w.out.WriteString([]string{"। ", "।\n", ", "}[w.rng.IntN(3)])
	}
}

func (w *writer) emoji() {
	for range 3 + w.rng.IntN(5) {
		w.out.WriteString(w.sentence() + " " + w.word(emojis) + w.word(emojis) + " ")
	}
	w.out.WriteString("\n\n")
}
