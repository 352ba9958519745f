package rules

import (
	"encoding/base64"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-dlp/sluice/scanner"
)

// secretForms are the ways in which files, tools, libraries and people write
// credentials down.
var secretForms = []string{
	`//registry.acme.dev/:_authToken=${token}`,
	`_auth = ${basic}`,
	`//npm.acme.dev/:_password="${basic}"`,
	`{"auths":{"reg.acme.dev":{"auth":"${basic}"}}}`,
	`machine git.acme.dev login jane password ${password}`,
	`db.acme.dev:5432:shop:app:${password}`,
	`secret_key = ${token}`,
	`define('DB_PASSWORD', '${password}');`,
	`define("AUTH_KEY", '${token}');`,
	`{"host":"ftp.acme.dev","user":"jane","password":"${password}","port":21}`,
	`<Pass encoding="base64">${basic}</Pass>`,
	`<Pass>${password}</Pass>`,
	`oauth_token: ${token}`,
	`"userPassword" : "${password}",`,
	`AdminPassword=${password}`,
	`AdminPassword=${word}`,
	`$dbpasswd = '${password}';`,
	`$dbpasswd = '${word}';`,
	`public $password = '${password}';`,
	`'password' => '${password}',`,
	`'password' => '${word}',`,
	`conn.login('jane@acme.dev', '${password}', cb)`,
	`<user username="tomcat" password="${password}" roles="manager-gui"/>`,
	`bindpw ${password}`,
	`psk="${password}"`,
	`wpa_passphrase=${password}`,
	`"vpnuser" * "${password}" *`,
	`pass = ${password}`,
	`set imap_pass="${password}"`,
	`set smtp_pass = "${password}"`,
	`poll imap.acme.dev user jane password "${password}"`,
	`gs_secret_access_key = ${token}`,
	`<password>${password}</password>`,
	`<password>${word}</password>`,
	`signing.password=${password}`,
	`credentials += Credentials("Realm", "host", "jane", "${password}")`,
	`<add key="ClearTextPassword" value="${password}" />`,
	`{"http-basic":{"repo.acme.dev":{"username":"jane","password":"${password}"}}}`,
	`db_password = "${password}"`,
	`db_password = "${word}"`,
	`MYSQL_ROOT_PASSWORD: ${password}`,
	`MYSQL_ROOT_PASSWORD: ${word}`,
	`mysqli_connect("localhost", "jane", "${password}", "shop")`,
	`new mysqli('db', 'jane', '${password}')`,
	`new PDO("mysql:host=db;dbname=x", "jane", "${password}")`,
	`new PDO($dsn, 'jane', '${password}')`,
	`DriverManager.getConnection(url, "jane", "${password}");`,
	`GraphDatabase.driver("bolt://h:7687", auth=("neo4j", "${password}"))`,
	`requests.get(url, auth=("jane", "${password}"))`,
	`HTTPBasicAuth('jane', '${password}')`,
	`psycopg2.connect("dbname=x user=jane password=${password} host=db")`,
	`psycopg2.connect(host="db", user="jane", password="${password}")`,
	`pymysql.connect("db","jane","${password}","shop")`,
	`net use \\host\share ${password} /user:jane`,
	`net user jane ${password} /add`,
	`psexec \\host -u jane -p ${password} cmd`,
	`smbclient //host/share -U jane%${password}`,
	`mount -t cifs //h/s /mnt -o username=jane,password=${password}`,
	`wget --user=jane --password=${password} http://h/x`,
	`wget --http-user=jane --http-password=${password} http://h/x`,
	`curl -u jane:${password} https://h/x`,
	`lftp -u jane,${password} ftp.acme.dev`,
	`mongo db.acme.dev/shop -u jane -p ${password}`,
	`mongosh --username jane --password ${password}`,
	`redis-cli -h r.acme.dev -a ${password}`,
	`sqlcmd -S db -U sa -P ${password} -Q "x"`,
	`sqlcmd -S db -U sa -P "${password}"`,
	`bcp shop.dbo.t out f -S db -U sa -P ${password}`,
	`sqlplus scott/${password}@orcl`,
	`ldapsearch -x -D cn=admin,dc=x -w ${password} -b dc=x`,
	`xfreerdp /u:jane /p:${password} /v:host`,
	`openssl pkcs12 -in a.p12 -passin pass:${password}`,
	`openssl rsa -in k -passout pass:${password}`,
	`zip -P ${password} out.zip f`,
	`7z a out.7z -p${password} f`,
	`gpg --batch --passphrase ${password} -d f`,
	`htpasswd -b .htpasswd jane ${password}`,
	`docker login -u jane -p ${password} reg.acme.dev`,
	`az login --service-principal -u x -p ${password} --tenant y`,
	`az login -u jane@acme.dev -p ${password}`,
	`cf auth jane ${password}`,
	`echo "jane:${password}" | chpasswd`,
	`echo '${password}' | sudo -S ls`,
	`echo ${password} | passwd --stdin jane`,
	`useradd -p ${password} jane`,
	`keytool -genkey -storepass ${password} -keypass ${password} -alias x`,
	`jarsigner -storepass ${password} a.jar x`,
	`signtool sign /f c.pfx /p ${password} a.exe`,
	`ConvertTo-SecureString "${password}" -AsPlainText -Force`,
	`New-Object System.Net.NetworkCredential("jane", "${password}")`,
	`sshpass -p ${password} ssh root@h`,
	`PGPASSWORD=${password} psql -h db`,
	`mysql -u root -p${password} shop`,
	`mysqldump -uroot -p'${password}' shop`,
	`ALTER USER jane WITH PASSWORD '${password}';`,
	`CREATE USER jane IDENTIFIED BY '${password}';`,
	`CREATE LOGIN jane WITH PASSWORD = '${password}';`,
	`GRANT ALL ON *.* TO 'jane'@'%' IDENTIFIED BY '${password}';`,
	`SET PASSWORD FOR 'jane'@'h' = PASSWORD('${password}');`,
	`ALTER ROLE jane PASSWORD '${password}';`,
	`enable secret 0 ${password}`,
	`enable password ${password}`,
	`username jane privilege 15 password 0 ${password}`,
	`username jane secret ${password}`,
	`snmp-server community ${password} RO`,
	`pre-shared-key address 1.2.3.4 key ${password}`,
	`tunnel-group x ipsec-attributes ikev1 pre-shared-key ${password}`,
	`set system root-authentication plain-text-password ${password}`,
	`spring.datasource.password: ${password}`,
	`spring.datasource.password: ${word}`,
	`password=${password}`,
	`password=${word}`,
	`  password: ${word}`,
	`  password: "${word}"`,
	`"password": "${word}"`,
	`secret_key_base: ${hex}`,
	`encryption_key = "${token}"`,
	`JWT_SECRET=${word}`,
	`JWT_SECRET=${password}`,
	`jwt.sign(payload, '${password}')`,
	`jwt.sign(payload, "${token}", {expiresIn: '1h'})`,
	`crypto.createHmac('sha256', '${token}')`,
	`app.use(session({ secret: '${password}', resave: false }))`,
	`app.use(session({ secret: '${token}' }))`,
	`Hmac.new("${token}", data)`,
	`$ENV{PASSWORD} = "${password}";`,
	`my $pass = '${password}';`,
	`String pwd = "${password}";`,
	`std::string password("${password}");`,
	`let apiKey = "${token}"`,
	`const API_KEY: &str = "${token}";`,
	`static NSString *const kApiKey = @"${token}";`,
	`#define API_KEY "${token}"`,
	`private static final String SECRET = "${token}";`,
	`val token = "${token}"`,
	`token = '${token}'`,
	`TOKEN: ${token}`,
	`x-api-key: ${token}`,
	`X-Auth-Token: ${token}`,
	`Cookie: session=${token}`,
	`Set-Cookie: sid=${token}; HttpOnly`,
	`client.setApiKey("${token}")`,
	`new Client({ apiKey: '${token}' })`,
	`openai.api_key = "${token}"`,
	`api.authenticate("${token}")`,
	`Client(token="${token}")`,
	`credentials: jane / ${password}`,
	`user: jane pass: ${password}`,
	`login: jane, password: ${password}`,
	`Password: ${password}`,
	`User jane / PW ${password}`,
	`the wifi password is ${password}`,
	`pass: ${password}`,
	`the admin credentials are admin:${password}`,
	`you can log in with jane and ${password}`,
	`Username is jane and the password is ${password}.`,
	`my pw: ${password}`,
	`Passwort: ${password}`,
	`mot de passe : ${password}`,
	`contraseña: ${password}`,
	`senha: ${password}`,
	`пароль: ${password}`,
	`密码：${password}`,
	`パスワードは${password} です`,
	`비밀번호: ${password}`,
}

var formValue = regexp.MustCompile(`\$\{(password|word|token|hex|basic)\}`)

// made returns a value of a kind, as people and machines make them.
func made(kind string, r *rand.Rand) string {
	letters := func(alphabet string, n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[r.IntN(len(alphabet))]
		}
		return string(b)
	}
	words := []string{"heron", "marble", "quartz", "lantern", "willow", "copper", "saffron", "timber", "glacier", "falcon", "harbor", "violet", "thicket", "cobalt"}
	word := func() string { return words[r.IntN(len(words))] }
	switch kind {
	case "word":
		i := r.IntN(len(words) - 1)
		return words[i] + words[i+1]
	case "token":
		return letters("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 40)
	case "hex":
		return letters("0123456789abcdef", 64)
	case "basic":
		return base64.StdEncoding.EncodeToString([]byte("jane:" + made("password", r)))
	}
	w := word()
	return strings.ToUpper(w[:1]) + w[1:] + letters("0123456789", 3) + letters("!#*", 1)
}

// holding returns the findings of medium confidence or more that hold a value, where it stands first in text.
func holding(t testing.TB, set *Set, text, value string) []scanner.Finding {
	t.Helper()
	at := scanner.Span{Start: strings.Index(text, value)}
	at.End = at.Start + len(value)
	return slices.DeleteFunc(findMedium(t, set, text), func(f scanner.Finding) bool { return !f.Span.Contains(at) })
}

// A credential is found whole in every form in which it is commonly written.
func TestSecretForms(t *testing.T) {
	skipIfShort(t)
	set := builtinSet(t)
	r := rand.New(rand.NewPCG(1, 2))
	for _, form := range slices.Concat(secretForms, moreSecretForms) {
		missed := 0
		const times = 10
		var example string
		for range times {
			value := ""
			text := formValue.ReplaceAllStringFunc(form, func(m string) string {
				v := made(formValue.FindStringSubmatch(m)[1], r)
				if value == "" {
					value = v
				}
				return v
			})
			if len(holding(t, set, text, value)) == 0 {
				missed++
				example = text
			}
		}
		if missed > 1 { // of ten, since a value can look like another thing by chance
			t.Errorf("%s: %d of %d not found, such as in %q", form, missed, times, example)
		}
	}
}
