"""What Moodle calls things in its worksheet, by language, as its language packs have it.

A column of another language is found by what stands in it: see `moodle.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Words:
    """A language's words.

    Attributes:
        grade, feedback, name, maximum, status: headings; several where versions differ.
        submitted: how the status of what was handed in begins.
        late: what tells that it was late, with `{}` where the time stands.
        extension: how what is said of an extension begins.
        units: the names of year, day, hour, minute and second, one or several of each.
    """

    grade: str
    feedback: str
    name: str
    maximum: str
    status: str
    submitted: str
    late: str
    extension: str
    units: str

    @property
    def seconds(self) -> Iterator[tuple[str, int]]:
        """Every unit's names, each with its seconds."""
        for names, seconds in zip(self.units.split("|"), (365 * 86_400, 86_400, 3_600, 60, 1), strict=True):
            for name in names.split():
                yield name.casefold().rstrip("."), seconds


_LANGUAGES = """
en; Grade; Feedback comments; Full name; Maximum grade; Status; Submitted for grading; {} late; Extension granted; \
year years|day days|hour hours|min mins|sec secs
ar; الدرجة/تقدير; تعليقات الإفادة; الاسم كاملا/ًالاسم كاملا; أعلى تقدير; الحالة; مسلمة للتقييم; {} متأخر; تم منح التمديد; \
سنة سنوات|يوم أيام|ساعة ساعات|دقيقة دقائق|ثانية ثواني
ca; Qualificació; Comentaris de retroacció; Nom complet; Qualificació màxima; Estat; S'ha tramès per qualificar; {} tard; \
Pròrroga concedida; any anys|dia dies|hora hores|minut minuts|segon segons
de; Bewertung; Feedback als Kommentar; Vollständiger Name; Bestwertung; Status; Zur Bewertung abgegeben; \
{} zu spät/{} später/{} verspätet; Verlängertes Abgabeende; \
Jahr Jahre|Tag Tage|Stunde Stunden|Minute Minuten|Sekunde Sekunden
el; Βαθμός; Σχόλια ανατροφοδότησης; Πλήρες όνομα; Μέγιστος Βαθμός; Κατάσταση; Υποβλήθηκε για βαθμολόγηση; {} αργά; \
Παραχωρήθηκε παράταση; έτος έτη|ημέρα ημέρες|ώρα ώρες|λεπτό λεπτά|δευτερόλεπτο δευτερόλεπτα
es; Calificación; Comentarios de retroalimentación; Nombre completo; Calificación máxima; Estado; Enviado para calificar; \
{} después/{} de retraso/{} tarde; Plazo ampliado; año años|día días|hora horas|minuto minutos|segundo segundos
eu; Kalifikazioa; Feedback-iruzkinak; Izen osoa; Gehieneko kalifikazioa; Egoera; Kalifikatua izan dadin bidalita; \
{} beranduago; Epearen luzapena; urte urte|egun egun|ordu ordu|minutu minutu|seg segundo
fr; Note; Feedback par commentaires; Nom complet; Note maximale; Statut; Remis pour évaluation; En retard de {}; \
Prolongation accordée; an ans|jour jours|heure heures|min minutes|s secondes
gl; Cualificación; Comentarios; Nome completo; Cualificación máxima; Estado; Entregado para cualificacións; \
{} fora de prazo; Outorgouse unha ampliación; ano anos|día días|hora horas|min mins|seg segs
it; Valutazione; Commenti; Nome; Valutazione massima; Stato; Consegnato per la valutazione; {} in ritardo; \
Proroga concessa; anno anni|giorno giorni|ora ore|min minuti|secondo secondi
ja; 評点/評定; フィードバックコメント; フルネーム; 最大評点; ステータス; 評定のために提出済み; {} 遅く提出/{} 遅延; 次の日時まで延長; 年 年|日 日|時間 時間|分 分|秒 秒
ko; 성적; 피드백 코멘트; 전체 이름; 최대 성적; 상태; 채점을 위해 제출되었습니다; {} 늦음; 연장되었습니다; 년 년|일 일|시 시간|분 분|초 초
lt; Įvertinimas; Grįžtamojo ryšio komentarai; Visas pavadinimas; Didžiausias įvertinimas; Būsena; Pateikta vertinimui; \
{} vėluojama; Darbo įkėlimas pratęstas; metai metai|diena dienos|valanda valandos|min min|sek sek
nl; Cijfer/Beoordeling; Feedback tekstvak; Volledige naam; Maximaal cijfer; Status; Opdracht ingestuurd om te beoordelen; \
{} laat; Extra tijd gegeven; jaar jaren|dag dagen|uur uren|minuut minuten|seconde seconden
pl; Ocena; Komentarz zwrotny; Pełna nazwa; Maksymalna ocena; Status; Przesłane do oceny; {} po terminie/{} spóźnienia; \
Przedłużono; rok lata|dzień dni|godzina godz|min min|sek sek
pt; Nota/Avaliação; Comentários de feedback; Nome completo; Nota máxima; Estado; Submetido para avaliação/Enviado para avaliação; \
'{}' atrasado/{} atrasado/{} atrasada; Prazo prolongado; ano anos|dia dias|hora horas|minuto minutos|segundo segundos
ro; Notă; Comentarii de feedback; Nume complet; Notă maximă; Status; Trimis pentru notare; {} întârziere; \
Extindere acordată; an ani|zi zile|oră ore|min min|sec secunde
ru; Оценка; Отзыв в виде комментария; Полное имя; Максимальная оценка; Статус; Отправлено для оценивания; \
Срок выполнения закончился {} назад; Продлено; г г|день дн|ч час|мин мин|сек сек
sv; Betyg; Återkopplingskommentarer; Fullständigt namn; Maxbetyg; Status; Inlämnad för betygsättning; {} sent; \
Förlängning beviljad; år år|dag dagar|timme timmar|min min|s s
tr; Not; Geri bildirim yorumları; Tam adı; Enyüksek not; Durum; Not verilmesi için gönderildi; {} sonrası; \
Şu zamana kadar ek süre; yıl yıl|gün gün|saat saat|dk dk|sn sn
uk; Оцінка; Відгук - коментарем; Повна назва; Максимальна оцінка; Статус; Здано на оцінення; Здано на {} пізніше; \
Продовжено; рік роки|день днів|година години|хв хв|сек сек
zh; 成绩/分数; 反馈意见; 全名; 最高分; 状态; 已提交请评分; 迟{}; 延期到; 年 年|天 天|小时 小时|分钟 分钟|秒 秒
"""
"""A language a line; `/` parts what versions call differently."""


@cache
def languages() -> tuple[Words, ...]:
    return tuple(Words(*(word.strip() for word in line.split(";")[1:])) for line in _LANGUAGES.strip().split("\n"))


def headings(what: str) -> tuple[str, ...]:
    """What a column is called in any language; `what` is a field of `Words`."""
    return tuple(dict.fromkeys(name for words in languages() for name in getattr(words, what).split("/")))
