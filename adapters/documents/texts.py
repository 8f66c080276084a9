"""The words of the confirmation document in its four languages."""

from collections.abc import Mapping
from typing import Final

from domain.order.messages import Terms
from domain.values import Language, Model


class Words(Model):
    """What the document says. Braces name the fact that stands there."""

    title: str
    subtitle: str
    addressee: str
    opening: str

    sales_order_number: str
    ordering_partner: str
    reselling_partner: str
    end_customer: str
    ordered: str
    released: str
    zone: str
    relay: str
    """The Tier-2 gets the document through its Tier-1 only. ORD-07."""

    items: str
    part_number: str
    offering: str
    quantity: str

    terms: str
    terms_of: Mapping[Terms, str]
    no_terms: str
    """Neither a port contract nor an audio commit plan. ORD-12."""

    next_step: str
    fill_in: str
    """Submit comes last; in principle the partner facing the customer does it. ORD-15, ORD-17."""

    existing_customer: str
    """Renewals only. REN-06."""

    open_form: str
    build_guide: str
    """A guide, not a committed date. ORD-19. A renewal builds no site, so none is named."""

    help_desk: str
    """Where questions about the order are answered, without any promise of hours. AMB-57."""

    page: str


JAPANESE: Final = Words(
    title="確認文書",
    subtitle="ご注文の出荷と Provisioning Form のご案内",
    addressee="{company} 御中",
    opening="平素は格別のお引き立てを賜り、厚く御礼申し上げます。下記のご注文につきまして、"
    "コンプライアンス ホールドが解除され、出荷されましたのでご案内いたします。",
    sales_order_number="SO番号（SO#）",
    ordering_partner="発注パートナー（Tier-1）",
    reselling_partner="販売パートナー（Tier-2）",
    end_customer="お客様会社名",
    ordered="ご注文日",
    released="ホールド解除日（出荷日）",
    zone="日付と時刻は {zone} で表示しています。",
    relay="本書はご発注元のTier-1パートナー様にのみお送りしています。Tier-2パートナーの{company}様へは、"
    "貴社よりお渡しください。",
    items="ご注文内容",
    part_number="型番",
    offering="内容",
    quantity="数量",
    terms="超過利用条件への同意",
    terms_of={Terms.PORT: "ポート契約の超過利用条件", Terms.AUDIO: "WebEx音声（コミット プラン）の超過利用条件"},
    no_terms="本ご注文では必要ありません。",
    next_step="次のお手続き：Provisioning Form のご入力",
    fill_in="下記のフォームに必要事項をご入力のうえ、最後に「Submit」を押してください。ご入力は原則として、"
    "お客様に直接対面されているパートナー様にお願いしております。",
    existing_customer="更新のご注文ですので、「Is the end customer an existing WebEx customer?」には「Yes」とお答え"
    "ください。",
    open_form="Provisioning Form を開く",
    build_guide="Submit後、完了まで{days}営業日程度です。目安であり、確定納期ではございません。",
    help_desk="ご注文に関するお問い合わせ：本書をお送りしたメールに記載のオーダー デスク",
    page="{page}/{pages}ページ",
)

KOREAN: Final = Words(
    title="주문 확인서",
    subtitle="주문 출하 및 Provisioning Form 안내",
    addressee="{company} 귀중",
    opening="저희 서비스를 이용해 주셔서 감사합니다. 아래 주문의 컴플라이언스 보류가 해제되어 출하되었음을 알려 "
    "드립니다.",
    sales_order_number="판매 주문 번호(SO#)",
    ordering_partner="주문 파트너(Tier-1)",
    reselling_partner="재판매 파트너(Tier-2)",
    end_customer="최종 고객사",
    ordered="주문일",
    released="보류 해제일(출하일)",
    zone="날짜와 시각은 {zone} 기준입니다.",
    relay="이 문서는 주문하신 Tier-1 파트너에게만 발송됩니다. 귀사에서 Tier-2 파트너에게 전달해 주십시오: {company}",
    items="주문 내역",
    part_number="파트 번호",
    offering="상품",
    quantity="수량",
    terms="초과 사용 약관 동의",
    terms_of={Terms.PORT: "포트 계약 초과 사용 약관", Terms.AUDIO: "WebEx 오디오(약정 요금제) 초과 사용 약관"},
    no_terms="이 주문에는 필요하지 않습니다.",
    next_step="다음 단계: Provisioning Form 작성",
    fill_in="아래 양식에 필요한 정보를 입력한 후 마지막에 ‘Submit’을 눌러 주십시오. 작성은 원칙적으로 고객을 직접 "
    "담당하는 파트너가 진행합니다.",
    existing_customer="갱신 주문이므로 ‘Is the end customer an existing WebEx customer?’에는 ‘Yes’로 답해 주십시오.",
    open_form="Provisioning Form 열기",
    build_guide="Submit 후 완료까지 약 {days}영업일이 소요됩니다. 이는 예상 기간이며 확정된 날짜가 아닙니다.",
    help_desk="주문 관련 문의: 이 문서와 함께 받으신 메일에 안내된 주문 데스크",
    page="{page}/{pages}쪽",
)

FRENCH: Final = Words(
    title="Document de confirmation",
    subtitle="Commande expédiée – prochaine étape\u00a0: le Provisioning Form",
    addressee="À l’attention de {company}",
    opening="Nous vous remercions de votre commande. La mise en attente pour contrôle de conformité a été levée "
    "et la commande ci-dessous a été expédiée.",
    sales_order_number="Numéro de commande (SO#)",
    ordering_partner="Partenaire acheteur (Tier-1)",
    reselling_partner="Partenaire revendeur (Tier-2)",
    end_customer="Client final",
    ordered="Date de commande",
    released="Date de déblocage (expédition)",
    zone="Dates et heures\u00a0: {zone}.",
    relay="Ce document n’est envoyé qu’au partenaire Tier-1. Merci de le transmettre à votre "
    "partenaire Tier-2\u00a0: {company}.",
    items="Articles commandés",
    part_number="Référence",
    offering="Offre",
    quantity="Quantité",
    terms="Conditions de dépassement acceptées",
    terms_of={
        Terms.PORT: "Dépassement, contrat de ports",
        Terms.AUDIO: "Dépassement, audio WebEx (forfait avec engagement)",
    },
    no_terms="Sans objet pour cette commande.",
    next_step="Étape suivante\u00a0: remplir le Provisioning Form",
    fill_in="Remplissez le formulaire ci-dessous et terminez en cliquant sur «\u00a0Submit\u00a0». En principe, "
    "cette étape revient au partenaire en contact direct avec le client.",
    existing_customer="Comme il s’agit d’un renouvellement, répondez «\u00a0Yes\u00a0» à la question «\u00a0Is the end "
    "customer an existing WebEx customer?\u00a0».",
    open_form="Ouvrir le Provisioning Form",
    build_guide="Comptez environ {days}\u00a0jours ouvrés après Submit\u00a0: ce délai est "
    "indicatif et ne constitue pas un engagement de date.",
    help_desk="Une question sur la commande\u00a0? Le service des commandes, indiqué dans l’e-mail, vous répond.",
    page="Page {page}/{pages}",
)

ENGLISH: Final = Words(
    title="Confirmation Document",
    subtitle="Order shipped – next step: the Provisioning Form",
    addressee="To {company}",
    opening="Thank you for your order. The compliance hold has been released, and the order below has shipped.",
    sales_order_number="Sales order number (SO#)",
    ordering_partner="Ordering partner (Tier-1)",
    reselling_partner="Reselling partner (Tier-2)",
    end_customer="End customer",
    ordered="Order date",
    released="Release date (shipping)",
    zone="Dates and times: {zone}.",
    relay="This document is sent to the Tier-1 partner only. Please pass it on to your Tier-2 partner: {company}.",
    items="Items ordered",
    part_number="Part number",
    offering="Offering",
    quantity="Quantity",
    terms="Overage terms accepted",
    terms_of={Terms.PORT: "Port overage terms", Terms.AUDIO: "WebEx audio (commit plan) overage terms"},
    no_terms="Not required for this order.",
    next_step="Next step: fill in the Provisioning Form",
    fill_in="Please fill in the form below and press “Submit” at the end. In principle this is done by the partner "
    "who faces the customer.",
    existing_customer="As this is a renewal, answer “Yes” to “Is the end customer an existing WebEx customer?”.",
    open_form="Open the Provisioning Form",
    build_guide="Allow about {days} business days after Submit: a guide, not a committed date.",
    help_desk="Questions about this order? Please ask the order desk named in the e-mail.",
    page="Page {page}/{pages}",
)

WORDS: Final[Mapping[Language, Words]] = {
    Language.JAPANESE: JAPANESE,
    Language.KOREAN: KOREAN,
    Language.FRENCH: FRENCH,
    Language.ENGLISH: ENGLISH,
}
