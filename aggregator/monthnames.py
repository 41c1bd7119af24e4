"""Names of months, as programs write them that were told the wrong language for RFC 822. Pure.

Only languages of which no name means another month in another one: so not Polish, Czech and Croatian, whose
*lis* and *srp* are two months each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# English, Chinese, German, French, Spanish and Portuguese, Italian, Dutch and Nordic, Russian, Turkish.
_WRITTEN = """
jan january 一月 1月 januar jänner janvier janv enero ene janeiro gennaio gen januari январь января янв
 ocak oca
feb february 二月 2月 februar feber février févr fév febrero fevereiro fev febbraio februari febr
 февраль февраля фев şubat şub
mar march 三月 3月 märz mrz mär mars marzo março maart mrt marts март марта мар mart
apr april 四月 4月 avril avr abril abr aprile апрель апреля апр nisan nis
may 五月 5月 mai mayo maio maggio mag mei maj май мая mayıs
jun june 六月 6月 juni juin junio junho giugno giu июнь июня июн haziran haz
jul july 七月 7月 juli juillet juil julio julho luglio lug июль июля июл temmuz tem
aug august 八月 8月 août aout agosto ago augustus augusti август августа авг ağustos ağu
sep sept september 九月 9月 septembre septiembre setiembre setembro settembre set sett сентябрь сентября
 сент сен eylül eyl
oct october 十月 10月 oktober okt octobre octubre outubro out ottobre ott октябрь октября окт ekim eki
nov november 十一月 11月 novembre noviembre novembro ноябрь ноября нояб ноя kasım kas
dec december 十二月 12月 dezember dez décembre déc diciembre dic dezembro dicembre декабрь декабря дек
 aralık ara
""".replace("\n ", " ").split("\n")[1:-1]  # a line a month

MONTHS: Mapping[str, int] = {
    name: number for number, names in enumerate(_WRITTEN, 1) for name in names.split()
}
"""A name in lower case → 1 to 12."""
