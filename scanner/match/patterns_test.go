package match_test

import (
	"slices"
	"strings"
)

// realistic are patterns shaped like those of real rules, and some worse.
var realistic = slices.Concat(credentials, personal, hard)

var credentials = []string{
	// Credentials with a prefix of their own.
	`\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b`,
	`\b(gh[pousr]_[A-Za-z0-9]{36})\b`,
	`\bgithub_pat_[A-Za-z0-9_]{82}\b`,
	`\bglpat-[A-Za-z0-9_-]{20}\b`,
	`\b(sk-[A-Za-z0-9_-]{20,74}T3BlbkFJ[A-Za-z0-9_-]{20,74})\b`,
	`\bsk-ant-(?:api|admin)[0-9]{2}-[A-Za-z0-9_-]{80,120}AA\b`,
	`\bxox[abprs]-[0-9]{10,13}-[0-9A-Za-z-]{20,72}\b`,
	`https://hooks\.slack\.com/services/T[A-Z0-9]{8,10}/B[A-Z0-9]{8,10}/[A-Za-z0-9]{24}`,
	`\b[rs]k_(?:live|test)_[0-9A-Za-z]{24,99}\b`,
	`\bAIza[0-9A-Za-z_-]{35}\b`,
	`\bya29\.[0-9A-Za-z_-]{20,400}`,
	`\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b`,
	`\bkey-[0-9a-f]{32}\b`,
	`\bnpm_[A-Za-z0-9]{36}\b`,
	`\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,200}`,
	`\bdop_v1_[a-f0-9]{64}\b`,
	`\bhf_[A-Za-z]{34}\b`,
	`\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b`,
	`\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`,
	`(?s)-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----.{40,}?-----END (?:[A-Z]+ )?PRIVATE KEY-----`,
	`-----BEGIN[ A-Z0-9_-]{0,100}PRIVATE KEY(?: BLOCK)?-----[\s\S-]{64,}?KEY(?: BLOCK)?-----`,
	`\b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9=_-]{60,70}\b`,
	`\bhvs\.[A-Za-z0-9_-]{90,120}`,
	`\bPMAK-[a-fA-F0-9]{24}-[a-fA-F0-9]{34}\b`,
	`\bNRAK-[A-Z0-9]{27}\b`,
	`\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b`,
	`\bya?sec_[a-z]+_[0-9a-f]{16}\b`,

	// Credentials known by a word nearby.
	`(?i)\baws_?(?:secret)?_?(?:access)?_?key["']?\s*[:=]{1,2}>?\s*["']?([A-Za-z0-9/+=]{40})\b`,
	`(?i)[\w.-]{0,50}?(?:adobe)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}([a-f0-9]{32})(?:[\x60'"\s;]|\\[nr]|$)`,
	`(?i)[\w.-]{0,50}?(?:access|auth|(?-i:[Aa]pi|API)|credential|creds|key|passw(?:or)?d|secret|token)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}([\w.=-]{10,150}|[a-z0-9][a-z0-9+/]{11,}={0,3})(?:[\x60'"\s;]|\\[nr]|$)`,
	`(?i)\b(?:password|passwd|pwd)\b\s{0,3}[:=]\s{0,3}["']?([^\s"']{8,64})`,
	`(?i)\bauthorization:\s*(?:bearer|basic)\s+([A-Za-z0-9._~+/=-]{16,})`,
	`(?i)\b(?:secret|token|api_?key)\s*=\s*"([^"\n]{12,})"`,
	`(?i)heroku[\s\S]{0,40}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})`,
	`(?i)\btwilio\b.{0,40}\b(SK[0-9a-f]{32})\b`,
	`\bcurl\b[^\n]{0,200}?\s-u\s?["']?([^:\s"']{3,40}:[^\s"']{3,40})`,
	`(?m)^machine\s+\S+\s+login\s+\S+\s+password\s+(\S+)$`,
	`(?m)^\s*(?:export\s+)?[A-Z][A-Z0-9_]*(?:KEY|TOKEN|SECRET)=([^\s#]{16,})$`,
	`(?i)\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?)://[^:\s/@]{1,64}:([^@\s/]{3,128})@[^\s/:]+`,
	`://[^/\s:@]{1,40}:[^/\s:@]{1,40}@`,
	`\bAccountKey=([A-Za-z0-9+/]{86}==)`,
	`\b[A-Za-z0-9+/]{40}\b`,
	`\b[0-9a-f]{40}\b`,
	`(?i)\bs3cr3t-k[a-z]{2}-\d+`,
	`(?i)kelvin[ks]+s`,
}

var personal = []string{
	`\b[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,255}\.[A-Za-z]{2,24}\b`,
	`\b(?:\d[ -]?){13,19}\b`,
	`\b\d{3}-\d{2}-\d{4}\b`,
	`(?:\+?1[ .-]?)?\(?\b\d{3}\)?[ .-]?\d{3}[ .-]?\d{4}\b`,
	`\+\d{1,3}[ .-]?(?:\(?\d{1,4}\)?[ .-]?){2,5}\d{2,4}\b`,
	`\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b`,
	`\b(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}\b`,
	`\b(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}\b`,
	`\b(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)\d{2}\b`,
	`\b[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b`,
	`(?i)\b(?:passport|pasaporte|reisepass)(?: no\.?| number)?[:# ]{1,3}([A-Z0-9]{6,9})\b`,
	`\b\d{2}[01]\d[0-3]\d-?\d{4}\b`,
	`(?i)\bne le (\d{2})/(\d{2})`,
	`\bstraße \d{1,4}\b`,
	`[А-Я][а-я]+ \d{4} \d{6}`,
	`\p{Lu}\p{Ll}+ß\d`,
}

// hard are forms that are hard on a filter.
var hard = []string{
	`\Astart[a-z]`,
	`[a-z]end\z`,
	`(?m)^#[a-z]+$`,
	`(?m)line$`,
	`\Bhidden\B`,
	`a[^b]*b|ac`,
	`ab+?c?`,
	`x{3,5}y`,
	`(?:foo|foobar)(?:bar|baz)?`,
	`(?U)<.+>`,
	`(?s)<<.*>>`,
	`"[^"]*"`,
	`(?i)ſK`,
	`(a)|(b)c`,
	`日本[語人]`,
	`é.é`,
	`\x00[^\x00]\x00`,
	`\r\n\r\n`,
	`[^\x00-\x{10FFFF}]zz`,
	`.{4}`,
}

// ruleSet is about 150 patterns as a product would have them: those for credentials
// and personal data, and one for the key of each of many services that is
// known only by the service's name beside it.
func ruleSet() []string {
	const services = `airtable algolia alibaba amplitude anthropic asana atlassian auth0 bitbucket
		bitly braintree brevo buildkite cloudflare cloudinary codecov cohere coinbase confluent contentful
		databricks datadog deepgram digitalocean discord docusign doppler dropbox elastic facebook fastly
		figma firebase flutterwave freshbooks gitea gitlab grafana groq heroku hubspot intercom jenkins
		jira kraken kucoin launchdarkly linear linkedin lob mailchimp mailgun mapbox mattermost mistral
		netlify newrelic notion nuget okta openai pagerduty paypal plaid planetscale postman pulumi
		rapidapi readme replicate rubygems sendgrid sentry shippo shopify sonar spotify square stripe
		sumologic telegram travis twilio twitch vault vercel zendesk`
	out := slices.Concat(credentials, personal)
	for s := range strings.FieldsSeq(services) {
		out = append(out, `(?i)[\w.-]{0,50}?(?:`+s+`)(?:[ \t\w.-]{0,20})[\s'"]{0,3}(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)[\x60'"\s=]{0,5}([a-z0-9]{32,40})(?:[\x60'"\s;]|\\[nr]|$)`)
	}
	return out
}
