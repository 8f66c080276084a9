"""Words that say little about who somebody is: legal forms, and what trades are called. Data; as people write them."""

import re
from collections.abc import Mapping
from typing import Final

LEGAL_FORMS: Final = """
    株式会社 有限会社 合同会社 合名会社 合資会社 株式會社 有限會社 一般社団法人 (株) (有) (同)
    股份有限公司 有限责任公司 有限責任公司 集团有限公司 集團有限公司 有限公司 总公司 公司
    주식회사 유한회사 유한책임회사 합자회사 총회사 회사 (주) (유)
    شركة مؤسسة مؤسسه شرکت ذ.م.م ش.م.م ش.م.ك ش.م.ع م.م.ح ذ.م.ح
    ооо оао зао пао нао ао тоо тов ат ват еоод оод ад еад доо д.о.о ип нпп нпо фгуп гуп чп пп ооо
    αε α.ε επε ικε εταιρεια בעמ
    ltd limited llc llp lp plc inc incorporated corp corporation co company gmbh mbh gesmbh ag kg kgaa ohg ug ev
    sa sas sarl sasu eurl snc scs srl spa sapa sl slu sau ltda cia eireli bv nv vof cv ab oy oyj as asa aps
    kk yk gk sdn bhd berhad pte pty pt tbk cv jsc ojsc cjsc pjsc ooo oao zao pao nao ao too tov eood ood ad ead doo
    npp npo fgup gup sro spol zoo sp kft zrt nyrt bt rt ltdsti sti sirketi fze fzco fzc fzllc wll bsc est
    tnhh jstc kaisha kabushiki gaisha yugen godo chusik hoesa jusikhoesa gongsi youxian corporacion compania ste ets
    vtc uab sia ou oü hf ehf kabushikigaisha kabushikikaisha
"""
"""Dots are left out where they are compared. One of up to three letters counts at an end of the name only."""

LEGAL_PHRASES: Final = (
    "limited liability company",
    "limited liability partnership",
    "joint stock company",
    "open joint stock company",
    "closed joint stock company",
    "public joint stock company",
    "gesellschaft mit beschrankter haftung",
    "societe a responsabilite limitee",
    "societe anonyme",
    "sociedad anonima",
    "sociedad limitada",
    "societa per azioni",
    "besloten vennootschap",
    "obshchestvo s ogranichennoy otvetstvennostyu",
    "obshchestvo s ogranichennoi otvetstvennostyu",
    "obshchestvo s organichennoi otvetstvennostyu",
    "aktsionernoe obshchestvo",
    "otkrytoe aktsionernoe obshchestvo",
    "zakrytoe aktsionernoe obshchestvo",
    "publichnoe aktsionernoe obshchestvo",
    "nauchno proizvodstvennoe predpriyatie",
    "tovaristvo z obmezenoyu vidpovidalnistyu",
    "cong ty tnhh",
    "cong ty co phan",
    "cong ty",
    "san ve tic",
    "sanayi ve ticaret",
    "sp z oo",
)
"""In letters as transliteration gives them."""

_TRADES: Final = """
    aerospace: 航天 宇航 航空宇宙 항공우주 kokuuchu hangtian aeroespacial аэрокосмический
    aviation: avia aviatsiya airlines airline havacilik 航空 항공 koku hangong hangkong الطيران طيران авиация
        letecka aeronautica aviacion avionics هوانوردی hanggong
    bank: banque banco 銀行 银行 은행 ginko بنك المصرف банк
    bio: biotech biotechnology 生物 바이오 バイオ
    bunkering: bunkers
    chemical: chemicals chemie chimie kimya 化学 化工 化成 화학 kagaku kasei huagong hwahak химия химический
        الكيماويات شیمی
    communication: communications telecom telecoms telecommunication telecommunications 通信 通讯 電信 电信 통신
        tsushin tongxin tongsin الاتصالات اتصالات связь
    component: components parts 元件 部品 부품 零件 bupum buhin yuanjian componentes
    construction: contracting building builders 建設 建设 건설 kensetsu geonseol المقاولات مقاولات строительство
    cotton: 棉业 棉業
    defence: defense 国防 防衛 방위 الدفاع دفاع الدفاعية
    electronic: electronics electronica electronique elektronik elektro elektronika 電子 电子 전자 denshi dianzi
        jeonja エレクトロニクス 일렉트로닉스 الالكترونيات الكترونيات الالكترونية الکترونیک электроника электро електро
    electric: electrical 電機 电机 電気 电气 전기 denki dianji jeongi
    energy: energie energia 能源 エネルギー 에너지 الطاقة энергия
    engineering: ingenieria 工程 エンジニアリング 엔지니어링 الهندسة gongcheng инжиниринг
    forwarding: freight forwarder forwarders cargo
    general: العامة
    group: groupe gruppe grupo holding holdings 集团 集團 グループ 그룹 مجموعة مجموعه گروه группа 控股 jituan
    guidance: guiado
    heavy:
    import: imports 进出口 進出口 jinchukou
    export: exports
    industry: industries industrie industrial sanayi 工業 工业 産業 产业 공업 산업 kogyo sangyo gongye gongeop saneop
        الصناعات الصناعية صنایع صنعت صنعتی промышленность
    information: 信息 資訊 情報 정보 xinxi joho
    institute: institut inst research academy 研究所 研究院 研究 연구소 kenkyujo kenkyusho yanjiusuo yanjiuyuan
        yeonguso معهد институт nii laboratory laboratories
    instrument: instruments 計器 仪器 keiki прибор pribor
    international: intl internacional 国际 國際 国際 국제 kokusai guoji الدولية международный global world
    investment: investments inversiones investissement 投资 投資 투자 الاستثمار инвестиции
    laser: lasers 激光 レーザー 레이저 лазер
    logistic: logistics logistique 物流 ロジスティクス 물류 logistik wuliu mullyu логистика
    machinery: machine machines machinebau 機械 机械 기계 kikai jixie gigye машиностроение
    marine: maritime sea naval navigation 海事 船舶 해양 الملاحة ملاحة البحري البحرية морской haishi
    material: materials 材料 소재 cailiao zairyo
    metal: metals metall 金属 금속 kinzoku geumsok jinshu металл
    microelectronic: microelectronics microchip microchips 微电子 微電子
    mining: 矿业 礦業 鉱業 kuangye
    motor: motornyi motornyy моторный
    optic: optics optical optique optronique optronics optyka optika 光学 光學 광학 옵틱스 オプティクス kogaku guangxue
        البصريات بصريات оптика
    optoelectronic: optoelectronics 光电 光電 guangdian
    petrochemical: petrochemicals پتروشیمی 石化 石油化学
    pharmaceutical: pharmaceuticals pharma 薬品 製薬 制药 제약 yakuhin seiyaku
    plant: factory works zavod завод 製作所 制作所 工場 工厂 공장 제작소 seisakusho kombinat комбинат combine fabrika
    precision: precyzyjna precise prazision feinmechanik prazisionsmechanik 精密 정밀 seimitsu jeongmil jingmi
    propulsion: 推进 推進
    quantum: kvantum kvantovye kvantovyy квантовые квантовая 量子 양자 ryoshi liangzi
    radio: 無線 无线 무선 musen радио
    railway: railroad rail 鉄道 铁路 железнодорожный zheleznodorozhny zheleznodorozhnyy
    science: scientific 科学 kexue nauka
    semiconductor: semiconductors 半導体 半导体 반도체 handotai bandoche
    service: services servis サービス 서비스 خدمات الخدمات услуги 服务
    shipbuilding: shipyard shipyards 造船 造船所 조선 zosen zosensho joseon
    shipping: 海運 海运 해운 kaiun haiun haeun haiyun الشحن شحن للشحن судоходство
    special: 特殊 特种 특수 tokushu
    steel: stahl acier فولاد 钢铁 鉄鋼 철강 foulad fulad tokushuko сталь
    supply: supplies snab snabzhenie снабжение
    system: systems systemes sistemas sistemy системы システム 시스템 系统
    technology: technologies technik technika technique tech tekhnologii 科技 技术 技術 テクノロジー テクノ
        테크 기술 keji jishu gijutsu gisul التقنية технологии техника tekhnika technical tekhnicheskoi технической
    trade: trading trader traders ticaret commerce commercial handel 貿易 贸易 商事 商会 무역 boeki shoji shokai maoyi
        muyeok التجارة تجارة التجارية بازرگانی торговый торговая торговля targoviya търговия torgovyy
        comercio
    transport: transports transportation 運輸 运输 운송 unyu yunshu النقل транспорт
    uav: uavs drone drones 无人机 無人機 ドローン 드론 wurenji
    vacuum: 真空 shinku zhenkong
    agriculture: agro agricultural farming 农业 農業 농업 nogyo nongye nongeop الزراعية زراعة сельхоз агро
    automobile: auto automotive automobiles motors 汽车 自動車 자동차 jidosha qiche السيارات سيارات авто
    bakery: bakeries boulangerie backerei 製パン ベーカリー 베이커리 제과 مخبز пекарня
    battery: batteries 电池 電池 バッテリー 배터리 denchi dianchi البطاريات
    cable: cables kabel wire 电缆 電線 케이블 الكابلات кабель
    cement: zement 水泥 セメント 시멘트 اسمنت الاسمنت цемент
    ceramic: ceramics keramik 陶瓷 セラミックス 세라믹 السيراميك керамика
    coal: 煤炭 石炭 석탄 уголь
    computing: computer computers informatik informatica 计算机 電算 コンピュータ 컴퓨터 densan الحاسوب компьютер
    consulting: consultants consultancy 咨询 コンサルティング 컨설팅 الاستشارات للاستشارات консалтинг
    cosmetic: cosmetics kosmetik 化妆品 化粧品 화장품 مستحضرات
    design: 设计 設計 デザイン 디자인 التصميم дизайн
    fashion: textile textiles garment garments 纺织 服装 繊維 섬유 방직 seni fangzhi المنسوجات للازياء текстиль
    fertilizer: fertilizers fertiliser fertilisers 化肥 肥料 비료 الاسمدة اسمدة удобрения
    fishery: fisheries fishing fiskeri kalastus 渔业 漁業 水産 수산 suisan yuye الاسماك рыба рыбный
    food: foods lebensmittel alimentos 食品 식품 shokuhin shipin sikpum الاغذية اغذية продукты пищевой
    furniture: mobel muebles 家具 가구 الاثاث мебель
    gas: 燃气 ガス 가스 الغاز газ
    glass: glas verre 玻璃 硝子 ガラス 유리 boli زجاج الزجاج стекло
    gyroscope: gyroscopes gyro 陀螺仪 ジャイロ гироскоп
    hotel: hotels 酒店 ホテル 호텔 فندق гостиница
    hydraulic: hydraulics hydraulik 液压 油圧 유압 الهيدروليكية гидравлика
    hydroacoustic: hydroacoustics gidroakustika гидроакустика sonar
    insurance: versicherung 保险 保険 보험 التامين للتامين страхование
    land: البري البرية
    leather: leder 皮革 피혁 الجلود
    medical: medicine health 医疗 医療 의료 iryo yiliao الطبية طبي медицинский
    network: networks internet 网络 ネットワーク 네트워크 الشبكات сеть
    nuclear: 核能 原子力 원자력 النووية ядерный
    oil: petroleum petrol neft 石油 석유 sekiyu shiyou النفط نفط نفت нефть
    paper: papier 造纸 製紙 제지 الورق бумага
    plastic: plastics kunststoff 塑料 プラスチック 플라스틱 البلاستيك پلاستیک пластик
    power: 电力 電力 전력 denryoku dianli الكهرباء برق энерго
    printing: druck 印刷 인쇄 insatsu الطباعة типография
    publishing: publisher verlag 出版 書房 출판 النشر издательство
    pump: pumps pumpen 泵业 ポンプ 펌프 المضخات насос
    radar: radars 雷达 雷達 レーダー 레이더 الرادار радар
    restaurant: restaurants 餐饮 レストラン 식당 مطعم ресторан
    robot: robots robotic robotics 机器人 機器人 ロボット ロボティクス 로봇 로보틱스 الروبوتات робот робототехника
    rubber: gummi caoutchouc 橡胶 ゴム 고무 xiangjiao المطاط резина
    satellite: satellites satellietbouw satelliten 卫星 衛星 위성 eisei weixing الاقمار спутник
    security: 安防 保安 セキュリティ 보안 الامن الامنية безопасность охрана
    sensor: sensors sensorik 传感器 センサー 센서 датчик
    software: softwarehaus 软件 ソフトウェア 소프트웨어 البرمجيات софт
    solar: photovoltaic 太阳能 光伏 ソーラー 태양광 الشمسية солнечный
    tool: tools werkzeug 工具 공구 инструмент
    travel: tourism tours turizm turismo touristik 旅行社 旅游 観光 여행 관광 السياحة للسياحة سياحة туризм турс
    valve: valves ventile 阀门 バルブ 밸브 клапан
    wood: timber holz 木材 목재 الاخشاب лес
    prefabrication: manufacturing manufacturer manufacture seizo 制造 製造 제조 zhizao الصناعة производство
    engine: engines gendoki 发动机 原動機 엔진 двигатель المحركات
    electricworks: jeongong 전공 電工 电工
    china: 中国 zhongguo
    beijing: 北京 peking
    shanghai: 上海
    shandong: 山东 山東
    jiangsu: 江苏 江蘇
    zhejiang: 浙江
    guangdong: 广东 廣東
    sichuan: 四川
    chongqing: 重庆 重慶
    chengdu: 成都
    nanjing: 南京
    hangzhou: 杭州
    suzhou: 苏州 蘇州
    qingdao: 青岛 青島
    dalian: 大连 大連
    shenyang: 沈阳 瀋陽
    harbin: 哈尔滨 haerbin
    changsha: 长沙 長沙
    fujian: 福建
    hebei: 河北
    henan: 河南
    hubei: 湖北
    hunan: 湖南
    anhui: 安徽
    shenzhen: 深圳
    guangzhou: 广州 廣州
    tianjin: 天津
    wuhan: 武汉 武漢
    xinjiang: 新疆
    hongkong: 香港 xianggang
    taiwan: 臺灣 台湾 台灣
    tokyo: 東京
    osaka: 大阪
    korea: 한국
    seoul: 서울
"""

TRADES: Final[Mapping[str, tuple[str, ...]]] = {
    trade: tuple(words.split())
    for trade, _, words in (line.partition(":") for line in re.split(r"\n    (?=\S)", _TRADES)[1:])
}
"""What a trade is called in the languages of partners, by one word for it; and places that stand before or behind a
name as often as not."""

COMPOUNDS: Final[Mapping[str, tuple[str, ...]]] = {
    "精機": ("precision", "machinery"),
    "seiki": ("precision", "machinery"),
    "重機": ("heavy", "machinery"),
    "juki": ("heavy", "machinery"),
    "重工": ("heavy", "industry"),
    "重工業": ("heavy", "industry"),
    "중공업": ("heavy", "industry"),
    "junggongeop": ("heavy", "industry"),
    "特殊鋼": ("special", "steel"),
}
"""One word for two trades."""

TITLES: Final = """
    mr mrs ms dr prof herr frau mme sir the and of for und et y de del la le les des du der die das von ve no i
"""
"""Of no weight at all."""
