"""Forty questions in Spanish, as people type them: twenty that are hard to answer, twenty that can be answered.

Written before the patterns that are tried on them. Nobody in them exists; mistakes of spelling are meant.
"""

WEAK = (
    "Por favor, revisen mi caso.",
    "¿Está bien esto?",
    "que opinan de mis resultados",
    "Quiero una segunda opinión",
    "miren mi resonancia y diganme que tengo por favor",
    "¿Me pueden ayudar?",
    "cáncer de mama",
    "¿Se equivocó mi médico?",
    "Llevo tres años con dolor de barriga y nadie encuentra nada, estoy desesperada, ayúdenme por favor",
    "¿Qué hago?",
    "A mi padre le diagnosticaron párkinson el año pasado y toda la familia está muy preocupada",
    "¿Cuál es el mejor tratamiento?",
    "Es correcto el diagnostico?",
    "¿Tengo esclerosis? ¿Voy a empeorar? ¿Puedo tener hijos? ¿Qué debo comer? ¿Tengo que dejar de trabajar?",
    "quisiera que un especialista vea todos mis estudios y me de su opinion, gracias",
    "¿Hay esperanza para mi hijo?",
    "Quiero saber todo sobre mi enfermedad",
    "me pueden curar?",
    "que tiene mi corazon",
    "¿Estoy recibiendo el tratamiento adecuado?",
)

GOOD = (
    "Tengo 61 años y las arterias de las piernas estrechas. ¿Es mejor un bypass o seguir caminando otros 6 meses?",
    "mi hija de 7 años tiene epilepsia y dos medicinas fallaron, probamos la dieta cetogenica antes de un tercer "
    "farmaco?",
    "¿Es igual de segura la laparoscopia que la cirugía abierta para un tumor de riñón de 4 cm con un solo riñón?",
    "¿Qué probabilidad hay de recuperar el oído sin operarme, comparado con ponerme el implante este verano?",
    "Quieren empezar la quimio el 12 de mayo, cáncer de colon estadio 2. ¿Cuánto baja el riesgo de que vuelva en "
    "mi caso, frente a solo vigilar?",
    "La biopsia de tiroides salió dudosa. ¿Conviene quitar media tiroides o es seguro repetir la biopsia en seis "
    "meses?",
    "Tengo endometriosis y quiero quedarme embarazada. ¿Me quito antes los quistes o voy directamente a la "
    "fecundación in vitro?",
    "Mi marido tuvo un ictus en febrero. ¿Puede mejorar todavía el brazo derecho con más rehabilitación, y "
    "serviría el botox?",
    "¿Las laminas muestran de verdad un melanoma o podría ser un lunar benigno? Dos laboratorios dicen cosas "
    "distintas.",
    "tomo sintrom desde que me cambiaron la valvula, puedo pasarme a una de las pastillas nuevas o es demaciado "
    "peligroso",
    "¿Vale la pena viajar para la protonterapia del tumor de mi hijo, o la radioterapia normal es igual de buena "
    "a su edad?",
    "Tengo 34 años y el gen BRCA1. ¿Qué gano si me quitan los ovarios ahora y no a los 40?",
    "Después de la prótesis de cadera sigo cojeando 14 meses. ¿Es probable que esté floja, y qué prueba lo "
    "mostraría?",
    "El reumatólogo quiere cambiar el metotrexato por un biológico. ¿Qué riesgos tiene para alguien que tuvo "
    "tuberculosis de niño?",
    "Mi madre tiene 84 años y está delicada. Si no le ponen la válvula, ¿qué es lo más probable que pase en un "
    "año?",
    "¿Sería útil repetir el estudio genético de mi bebé, si las convulsiones empezaron a las 3 semanas sin causa "
    "conocida?",
    "Cáncer de próstata, gleason 6, PSA 5,2. ¿Puedo esperar con controles o pierdo una oportunidad si no me opero"
    " ya?",
    "¿Existe un ensayo para mi tipo de sarcoma al que pueda entrar después de dos líneas de quimioterapia?",
    "si conviene sacar la placa de la muñeca antes de volver a trabajar de carpintero y que puede salir mal",
    "Un oculista me ofrece láser para el glaucoma y el otro gotas. ¿Cuál protege más tiempo la vista a los 49 "
    "años?",
)
